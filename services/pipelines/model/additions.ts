import type { Components } from "./collector-config.ts";

/** Processors around a pipeline's own: the memory limit first, identity and batching last. */
export const addedProcessors: Components = {
  memory_limiter: { check_interval: "1s", limit_mib: hostValue("PHX_MEM_LIMIT_MIB", "256") },
  // service.* become the labels job and instance in Prometheus.
  "resource/identity": {
    attributes: [
      { key: "service.name", value: "phoenix-host", action: "upsert" },
      { key: "service.instance.id", value: hostValue("PHX_HOST_ID"), action: "upsert" },
      { key: "host.name", value: hostValue("PHX_HOST_NAME"), action: "upsert" },
    ],
  },
  // Short, so that data arrives right behind the scrape it belongs to.
  batch: { send_batch_size: 8192, timeout: "200ms" },
};

/** The exporter to the agent's tap. Refused data must be lost rather than arrive late in another window. */
export const tapExporter: Components = {
  "otlp_http/tap": {
    endpoint: hostValue("PHX_TAP_URL"),
    encoding: "proto",
    compression: "gzip",
    timeout: "5s",
    sending_queue: { enabled: true, num_consumers: 2, queue_size: 16 },
    retry_on_failure: { enabled: false },
  },
};

/** The exporter to a Prometheus-compatible backend. */
export function remoteWriteExporter(url: string, pipeline: string): Components {
  return {
    prometheus_remote_write: {
      endpoint: url.replaceAll("$", "$$$$"),
      // Without experiment and variant two arms of a host would write the same series; by these labels
      // the second source tells them apart. "none" because the exporter refuses an empty label.
      external_labels: {
        experiment_id: hostValue("PHX_EXPERIMENT_ID", "none"),
        variant: hostValue("PHX_VARIANT"),
        host_id: hostValue("PHX_HOST_ID"),
        pipeline,
      },
      // Without it every process collapses into one series.
      resource_to_telemetry_conversion: { enabled: true, exclude_service_attributes: true },
      translation_strategy: "UnderscoreEscapingWithSuffixes",
      // Otherwise one target_info series for each process.
      target_info: { enabled: false },
      disable_scope_info: true,
      // Keeps samples in order for a Prometheus without an out-of-order window.
      max_batch_request_parallelism: 1,
      remote_write_queue: { enabled: true, queue_size: 1000 },
      retry_on_failure: { enabled: true, initial_interval: "1s", max_interval: "15s", max_elapsed_time: "120s" },
    },
  };
}

/** The remote-write URL where no agent is and the cluster gives it. */
export const remoteWriteReference = hostValue("PHX_REMOTE_WRITE_URL");

/** Where a container sees the file system of its node. */
export const hostRoot = hostValue("PHX_HOST_ROOT", "/hostfs");

/** The address of the pod. */
export const podAddress = hostValue("PHX_POD_IP");

/** Answers whether the collector is healthy, on a port it is given. */
export function healthExtension(address: string): Components {
  return { health_check: { endpoint: `${address}:${hostValue("PHX_HEALTH_PORT")}` } };
}

/** The collector's own logs and metrics; the ports are given, so two collectors on a host do not collide. */
export const ownTelemetry = (address: string) => ({
  resource: {
    "service.name": "phoenix-otelcol",
    // Fixed, so that a reload does not make a new instance.
    "service.instance.id": `${hostValue("PHX_HOST_ID")}-${hostValue("PHX_VARIANT")}`,
  },
  logs: { level: "info", encoding: "json" },
  metrics: {
    level: "normal",
    readers: [
      {
        pull: {
          exporter: {
            prometheus: {
              host: address,
              port: hostValue("PHX_METRICS_PORT"),
              // Readers written by hand would otherwise add suffixes to the names everyone knows.
              without_type_suffix: true,
              without_units: true,
              without_scope_info: true,
            },
          },
        },
      },
    ],
  },
});

/** Moves the first scrape, so that scrapes fall inside a window and not on its edge. */
export const initialDelay = hostValue("PHX_INITIAL_DELAY", "1s");

/** Time between two scrapes: the experiment's where the agent gives one, else the pipeline's own, a duration. */
export function scrapeInterval(own: string): string {
  return hostValue("PHX_INTERVAL", own);
}

/** Refers to a fact of the host that the agent, or the DaemonSet, puts into the collector's environment. */
function hostValue(name: `PHX_${string}`, otherwise?: string): string {
  return `\${env:${name}${otherwise === undefined ? "" : `:-${otherwise}`}}`;
}
