import type { DocumentPath } from "@phoenix/catalog";
import { type Address, readAddress } from "./address.ts";
import { componentType, isMapping, type Subject } from "./subject.ts";

/** Something that waits for connections; without an address where none is written. */
export type Listener = { id: string; at: DocumentPath; address: Address | undefined; port: number | undefined };

/** Receivers that listen at `endpoint` or `listen_address`; of others the endpoint is where they connect to. */
const listeningReceivers = [
  "carbon",
  "collectd",
  "fluentforward",
  "influxdb",
  "loki",
  "splunk_hec",
  "statsd",
  "syslog",
  "tcplog",
  "udplog",
  "zipkin",
];
/** Ports of the OTLP receiver and of extensions where none is written (their README, v0.160). */
const otlpPorts: Record<string, number> = { grpc: 4317, http: 4318 };
const extensionPorts: Record<string, number> = { health_check: 13133, pprof: 1777, zpages: 55679 };

/** Every listener of the components that are used, and the collector's own metrics. */
export function listenersOf(subject: Subject): Listener[] {
  const receivers = [...new Set(subject.routes.flatMap((route) => route.receivers))];
  const exporters = [...new Set(subject.routes.flatMap((route) => route.exporters))];
  return [
    ...receivers.flatMap((id) => receiverListeners(subject, id)),
    ...exporters
      .filter((id) => componentType(id) === "prometheus")
      .flatMap((id) => written(id, ["exporters", id], subject.components.exporters[id])),
    ...subject.usedExtensions.flatMap((id) => extensionListeners(subject, id)),
    ...ownMetrics(subject),
  ];
}

function receiverListeners({ components }: Subject, id: string): Listener[] {
  const settings = components.receivers[id];
  const type = componentType(id);
  const at = ["receivers", id];
  if (listeningReceivers.includes(type)) return written(id, at, settings);
  if (type !== "otlp" || !isMapping(settings) || !isMapping(settings.protocols)) return [];
  const { protocols } = settings;
  return Object.keys(protocols).flatMap((protocol) => {
    const place = [...at, "protocols", protocol];
    return orDefault(written(id, place, protocols[protocol]), { id, at: place, port: otlpPorts[protocol] });
  });
}

function extensionListeners({ components }: Subject, id: string): Listener[] {
  const port = extensionPorts[componentType(id)];
  if (port === undefined || !(id in components.extensions)) return [];
  const at = ["extensions", id];
  return orDefault(written(id, at, components.extensions[id]), { id, at, port });
}

function ownMetrics({ kind, value }: Subject): Listener[] {
  if (kind !== "config" || !isMapping(value.service)) return [];
  const telemetry = isMapping(value.service.telemetry) ? value.service.telemetry : {};
  const metrics = isMapping(telemetry.metrics) ? telemetry.metrics : {};
  const at: DocumentPath = ["service", "telemetry", "metrics"];
  const id = "the collector's own metrics";
  if (metrics.level === "none") return [];
  if (typeof metrics.address === "string") return fromText(id, [...at, "address"], metrics.address);
  if (!Array.isArray(metrics.readers)) return [{ id, at, address: undefined, port: 8888 }];
  return metrics.readers.flatMap((reader, index): Listener[] => {
    const pull = isMapping(reader) && isMapping(reader.pull) ? reader.pull : {};
    const exporter =
      isMapping(pull.exporter) && isMapping(pull.exporter.prometheus) ? pull.exporter.prometheus : undefined;
    if (!exporter) return [];
    const place = [...at, "readers", index, "pull", "exporter", "prometheus"];
    const host = typeof exporter.host === "string" ? exporter.host : "localhost";
    const port = typeof exporter.port === "number" ? exporter.port : undefined;
    return [{ id, at: place, address: { scheme: "", host: host.includes("${") ? undefined : host, port }, port }];
  });
}

function written(id: string, at: DocumentPath, settings: unknown): Listener[] {
  if (!isMapping(settings)) return [];
  for (const key of ["endpoint", "listen_address"]) {
    const text = settings[key];
    if (typeof text === "string") return fromText(id, [...at, key], text);
  }
  return [];
}

function fromText(id: string, at: DocumentPath, text: string): Listener[] {
  const address = readAddress(text);
  return [{ id, at, address, port: address?.port }];
}

function orDefault(found: Listener[], otherwise: Omit<Listener, "address">): Listener[] {
  return found.length > 0 ? found : [{ ...otherwise, address: undefined }];
}
