import {
  type ComponentSettings,
  dynamicReference,
  type PipelineDefinition,
  referredDynamicFiles,
  walkText,
} from "@phoenix/catalog";
import {
  addedProcessors,
  healthExtension,
  hostRoot,
  initialDelay,
  ownTelemetry,
  podAddress,
  remoteWriteExporter,
  remoteWriteReference,
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

/** Makes a whole collector configuration of a pipeline for an agent's host. The result is the same for every host. */
export function composeConfig(definition: PipelineDefinition, settings: ComposeSettings): CollectorConfig {
  const backends = settings.remoteWriteUrl ? remoteWriteExporter(settings.remoteWriteUrl, definition.name) : {};
  return compose(definition, settings.values, {
    exporters: { ...backends, ...tapExporter },
    adaptReceiver: (settings) => settings,
    address: "127.0.0.1",
  });
}

/**
 * Makes a whole collector configuration of a pipeline for a node of a cluster, where no agent is: it sends to
 * the backend alone, reads the node under the mount that PHX_HOST_ROOT names, and answers on the pod's address.
 */
export function composeNodeConfig(
  definition: PipelineDefinition,
  { values }: Pick<ComposeSettings, "values">,
): CollectorConfig {
  const backend = remoteWriteExporter("", definition.name);
  return compose(definition, values, {
    exporters: { prometheus_remote_write: { ...backend.prometheus_remote_write, endpoint: remoteWriteReference } },
    adaptReceiver: (settings) => ({ root_path: hostRoot, ...settings }),
    address: podAddress,
  });
}

/** What differs between the places where a collector runs. */
type Place = {
  exporters: Components;
  /** Changes a receiver that scrapes its host. */
  adaptReceiver: (settings: ComponentSettings) => ComponentSettings;
  /** Where it answers about its health and its own metrics. */
  address: string;
};

function compose(
  { receivers, processors, variables, routes, dynamic }: PipelineDefinition,
  values: ComposeSettings["values"],
  place: Place,
): CollectorConfig {
  const references = new Map([["interval", scrapeInterval(values.interval ?? "")]]);
  const own = substitute({ receivers, processors }, { variables, values, references });
  const extensions = healthExtension(place.address);
  const pipelines = Object.entries(routes).map(([id, route]) => [
    id,
    {
      receivers: route.receivers,
      processors: ["memory_limiter", ...route.processors, "resource/identity", "batch"],
      exporters: Object.keys(place.exporters),
    },
  ]);
  return {
    receivers: adaptScrapers(own.receivers, dynamic !== undefined, place.adaptReceiver),
    processors: { memory_limiter: addedProcessors.memory_limiter ?? null, ...own.processors, ...addedProcessors },
    exporters: place.exporters,
    extensions,
    service: {
      extensions: Object.keys(extensions),
      telemetry: ownTelemetry(place.address),
      pipelines: Object.fromEntries(pipelines),
    },
  };
}

function adaptScrapers(receivers: Components, movable: boolean, adapt: Place["adaptReceiver"]): Components {
  const adapted = Object.entries(receivers).map(([id, settings]) => {
    const type = id.split("/")[0];
    const scrapes = type === "host_metrics" || type === "hostmetrics";
    return [id, scrapes ? { initial_delay: movable ? delayOf(settings) : initialDelay, ...adapt(settings) } : settings];
  });
  return Object.fromEntries(adapted);
}

/**
 * A receiver that begins anew while the collector runs needs another delay than at the start: one whose filter is
 * moved at each move, the others only where the collector has to reload all of it.
 */
function delayOf(settings: ComponentSettings): string {
  let moves = false;
  walkText(settings, (text) => {
    moves ||= referredDynamicFiles(text).length > 0;
  });
  return dynamicReference(moves ? "moved_delay" : "start_delay");
}
