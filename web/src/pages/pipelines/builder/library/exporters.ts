import type { ComponentType, Field } from "./component-type.ts";

const compression: Field = {
  path: ["compression"],
  kind: "choice",
  choices: ["gzip", "zstd", "snappy", "none"],
  label: "Compression",
  help: "How data is made smaller on the way (gzip).",
};
const timeout: Field = {
  path: ["timeout"],
  kind: "duration",
  label: "Timeout",
  help: "A request is given up after this.",
};
const queue: Field = {
  path: ["sending_queue", "enabled"],
  kind: "boolean",
  label: "Queue",
  help: "Keep data while the other end is away (on).",
};
const retry: Field = {
  path: ["retry_on_failure", "enabled"],
  kind: "boolean",
  label: "Try again",
  help: "Send again what was refused for now (on).",
};
const insecure: Field = {
  path: ["tls", "insecure"],
  kind: "boolean",
  label: "Without TLS",
  help: "Only towards this host itself (off).",
};

/** Exporters and extensions with a form. */
export const exporters: readonly ComponentType[] = [
  {
    kind: "exporter",
    type: "otlp_http",
    oldNames: ["otlphttp"],
    title: "OTLP over HTTP",
    about: "Sends to whatever takes OTLP over HTTP.",
    signals: ["traces", "metrics", "logs", "profiles"],
    start: `endpoint: \${env:OTLP_ENDPOINT}\n`,
    fields: [
      {
        path: ["endpoint"],
        kind: "address",
        scheme: true,
        label: "Address",
        help: "https://host:port; paths of the signals are added.",
        required: true,
      },
      {
        path: ["encoding"],
        kind: "choice",
        choices: ["proto", "json"],
        label: "Encoding",
        help: "Form of the data (proto).",
      },
      compression,
      timeout,
      queue,
      retry,
    ],
  },
  {
    kind: "exporter",
    type: "otlp_grpc",
    oldNames: ["otlp"],
    title: "OTLP over gRPC",
    about: "Sends to whatever takes OTLP over gRPC.",
    signals: ["traces", "metrics", "logs", "profiles"],
    start: `endpoint: \${env:OTLP_ENDPOINT}\n`,
    fields: [
      { path: ["endpoint"], kind: "address", label: "Address", help: "host:port.", required: true },
      insecure,
      compression,
      timeout,
      queue,
      retry,
    ],
  },
  {
    kind: "exporter",
    type: "prometheus_remote_write",
    oldNames: ["prometheusremotewrite"],
    title: "Prometheus remote write",
    about: "Sends metrics to a backend that speaks Prometheus.",
    signals: ["metrics"],
    start: [
      `endpoint: \${env:REMOTE_WRITE_URL}`,
      "resource_to_telemetry_conversion: {enabled: true}",
      "target_info: {enabled: false}",
      "",
    ].join("\n"),
    fields: [
      {
        path: ["endpoint"],
        kind: "address",
        scheme: true,
        label: "Address",
        help: "https://host/api/v1/write or what the backend names.",
        required: true,
      },
      {
        path: ["resource_to_telemetry_conversion", "enabled"],
        kind: "boolean",
        label: "Resource attributes as labels",
        help: "Without it all processes collapse into one series (off).",
      },
      {
        path: ["target_info", "enabled"],
        kind: "boolean",
        label: "Series target_info",
        help: "One more series for every resource (on).",
      },
      {
        path: ["add_metric_suffixes"],
        kind: "boolean",
        label: "Suffixes of units",
        help: "Names end in their unit and type (on).",
      },
      timeout,
      {
        path: ["remote_write_queue", "queue_size"],
        kind: "integer",
        minimum: 1,
        label: "Queue",
        help: "Batches that wait while the backend is away (10000).",
      },
      retry,
    ],
  },
  {
    kind: "exporter",
    type: "debug",
    oldNames: [],
    title: "Debug",
    about: "Writes what comes to the collector's log.",
    signals: ["traces", "metrics", "logs", "profiles"],
    start: "verbosity: basic\n",
    fields: [
      {
        path: ["verbosity"],
        kind: "choice",
        choices: ["basic", "normal", "detailed"],
        label: "Detail",
        help: "How much of each message is written (basic).",
      },
      {
        path: ["sampling_initial"],
        kind: "integer",
        minimum: 0,
        label: "First messages",
        help: "Written in full in each second (2).",
      },
      {
        path: ["sampling_thereafter"],
        kind: "integer",
        minimum: 0,
        label: "Of those after",
        help: "One of this many is written (1).",
      },
    ],
  },
  {
    kind: "exporter",
    type: "nop",
    oldNames: [],
    title: "Nothing",
    about: "Drops what comes.",
    signals: ["traces", "metrics", "logs", "profiles"],
    start: "",
    fields: [],
  },
  {
    kind: "extension",
    type: "health_check",
    oldNames: [],
    title: "Health check",
    about: "Says over HTTP whether the collector is well.",
    signals: [],
    start: `endpoint: "127.0.0.1:\${env:HEALTH_PORT}"\n`,
    fields: [
      { path: ["endpoint"], kind: "address", label: "Address", help: "Host and port to listen on (localhost:13133)." },
      { path: ["path"], kind: "text", label: "Path", help: "Where the answer is (/)." },
    ],
  },
];
