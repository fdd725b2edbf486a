import { componentType, isMapping, type Subject } from "./subject.ts";

/** Exporters to a Prometheus-compatible backend that get the metrics of processes, with their settings. */
export function remoteWritesOfProcesses({
  components,
  routes,
}: Subject): [id: string, settings: Record<string, unknown>][] {
  const reads = (id: string) => ["host_metrics", "hostmetrics"].includes(componentType(id));
  const ids = new Set(routes.filter((route) => route.receivers.some(reads)).flatMap((route) => route.exporters));
  return [...ids]
    .filter((id) => ["prometheus_remote_write", "prometheusremotewrite"].includes(componentType(id)))
    .filter((id) => id in components.exporters)
    .map((id) => {
      const settings = components.exporters[id];
      return [id, isMapping(settings) ? settings : {}];
    });
}
