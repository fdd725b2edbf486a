import type { CollectorBinary } from "@phoenix/collector";
import type { ConfigStore, PipelineStore } from "../store/index.ts";

/** What the calls need. */
export type PipelineApiDeps = {
  pipelines: PipelineStore;
  configs: ConfigStore;
  /** Asked about configurations; null when there is none on this machine. */
  collector: CollectorBinary | null;
  /** Prometheus remote-write URL that exporting collectors send to; undefined for none. */
  remoteWriteUrl: string | undefined;
  /** Hears of each configuration that was rendered. */
  onRendered: (pipeline: string) => void;
};
