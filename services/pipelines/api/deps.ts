import type { HandlerContext } from "@connectrpc/connect";
import type { CollectorBinary } from "@phoenix/collector";
import type { Database } from "@phoenix/platform/database";
import type { ConfigStore, PipelineStore } from "../store/index.ts";

/** What the calls need. */
export type PipelineApiDeps = {
  /** For calls that change something. */
  db: Database;
  pipelines: PipelineStore;
  configs: ConfigStore;
  /** Asked about configurations; null when there is none on this machine. */
  collector: CollectorBinary | null;
  /** Prometheus remote-write URL that exporting collectors send to; undefined for none. */
  remoteWriteUrl: string | undefined;
  /** Hears of each configuration that was rendered. */
  onRendered: (pipeline: string) => void;
  /** Who makes a call, as the author of a version. */
  callerOf: (context: HandlerContext) => string;
  clock: () => Date;
};
