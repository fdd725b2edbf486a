import type { PipelineDefinition } from "@phoenix/catalog";
import {
  addedProcessors,
  healthExtension,
  initialDelay,
  ownTelemetry,
  remoteWriteExporter,
  scrapeInterval,
  tapExporter,
} from "./additions.ts";
import type { CollectorConfig, Components } from "./collector-config.ts";
import { substitute } from "./substitute.ts";

/** What a configuration is composed for. */
export type ComposeSettings = {
  /** Checked values of the pipeline's variables; `interval` is what a collector has that is given no other. */
  values: Readonly<Record<string, string>>;
  /** Where to export to besides the tap; undefined exports to the tap alone. */
  remoteWriteUrl: string | undefined;
};

/** Makes a whole collector configuration of a pipeline. The result is the same for every host. */
export function composeConfig(definition: PipelineDefinition, settings: ComposeSettings): CollectorConfig {
  const { receivers, processors, variables, routes } = definition;
  const { values } = settings;
  const references = new Map([["interval", scrapeInterval(values.interval ?? "")]]);
  const own = substitute({ receivers, processors }, { variables, values, references });
  const backends = settings.remoteWriteUrl ? remoteWriteExporter(settings.remoteWriteUrl, definition.name) : {};
  const exporters = { ...backends, ...tapExporter };
  const pipelines = Object.entries(routes).map(([id, route]) => [
    id,
    {
      receivers: route.receivers,
      processors: ["memory_limiter", ...route.processors, "resource/identity", "batch"],
      exporters: Object.keys(exporters),
    },
  ]);
  return {
    receivers: delayFirstScrape(own.receivers),
    processors: { memory_limiter: addedProcessors.memory_limiter ?? null, ...own.processors, ...addedProcessors },
    exporters,
    extensions: healthExtension,
    service: {
      extensions: Object.keys(healthExtension),
      telemetry: ownTelemetry,
      pipelines: Object.fromEntries(pipelines),
    },
  };
}

function delayFirstScrape(receivers: Components): Components {
  const delayed = Object.entries(receivers).map(([id, settings]) => {
    const type = id.split("/")[0];
    const scrapes = type === "host_metrics" || type === "hostmetrics";
    return [id, scrapes ? { initial_delay: initialDelay, ...settings } : settings];
  });
  return Object.fromEntries(delayed);
}
