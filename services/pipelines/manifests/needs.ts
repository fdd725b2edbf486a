import type { CollectorConfig } from "../model/index.ts";

/** A rule of a ClusterRole. */
export type AccessRule = { apiGroups: string[]; resources: string[]; verbs: string[] };

/** What a collector must be allowed for the components it has; whatever is not listed it is refused. */
export type Needs = {
  /** It reads the node at all. */
  host: boolean;
  /** It reads processes of all users. */
  processes: boolean;
  /** It looks into the node's file systems. */
  fileSystems: boolean;
  /** It counts on the node's network interfaces. */
  network: boolean;
  /** What it asks the cluster's API for; empty for nothing. */
  access: AccessRule[];
};

const read = ["get", "list", "watch"];

/** What components ask the cluster's API for, by type without underscores; facts from each component's README. */
const accessOf: Readonly<Record<string, AccessRule[]>> = {
  k8sattributes: [
    { apiGroups: [""], resources: ["pods", "namespaces", "nodes"], verbs: read },
    { apiGroups: ["apps"], resources: ["replicasets"], verbs: read },
  ],
  kubeletstats: [{ apiGroups: [""], resources: ["nodes/stats"], verbs: ["get"] }],
  k8sobserver: [{ apiGroups: [""], resources: ["pods", "nodes"], verbs: read }],
};

/** Finds what the components of a configuration need. */
export function needsOf({ receivers, processors }: CollectorConfig): Needs {
  const scrapers = Object.entries(receivers)
    .filter(([id]) => typeOf(id) === "hostmetrics")
    .flatMap(([, settings]) => Object.keys(settings?.scrapers ?? {}));
  const types = new Set([...Object.keys(receivers), ...Object.keys(processors)].map(typeOf));
  const detectors = Object.entries(processors)
    .filter(([id]) => typeOf(id) === "resourcedetection")
    .flatMap(([, settings]) => (Array.isArray(settings?.detectors) ? settings.detectors : []));
  return {
    host: scrapers.length > 0,
    processes: scrapers.includes("process"),
    fileSystems: scrapers.includes("filesystem"),
    network: scrapers.includes("network"),
    access: [
      ...[...types].flatMap((type) => accessOf[type] ?? []),
      ...(detectors.includes("k8snode") ? [{ apiGroups: [""], resources: ["nodes"], verbs: ["get", "list"] }] : []),
    ],
  };
}

function typeOf(id: string): string {
  return (id.split("/")[0] ?? id).replaceAll("_", "");
}
