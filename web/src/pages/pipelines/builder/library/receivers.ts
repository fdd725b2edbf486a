import type { ComponentType, Field } from "./component-type.ts";

const scrapers = ["cpu", "memory", "load", "disk", "filesystem", "network", "paging", "processes", "process"];
const scraperHelp: Record<string, string> = {
  cpu: "Time of the processors by state.",
  memory: "Memory by state.",
  load: "Load averages.",
  disk: "Input and output of disks.",
  filesystem: "Space of file systems.",
  network: "Traffic of interfaces.",
  paging: "Swapping.",
  processes: "Number of processes.",
  process: "CPU, memory and I/O of every process: most of the series of a host.",
};
const process = ["scrapers", "process"];
const inProcess = (path: string[], rest: Pick<Field, "label" | "help">): Field => ({
  ...rest,
  kind: "boolean",
  path: [...process, ...path],
  within: process,
});

/** Receivers with a form. */
export const receivers: readonly ComponentType[] = [
  {
    kind: "receiver",
    type: "host_metrics",
    oldNames: ["hostmetrics"],
    title: "Host metrics",
    about: "Measures the host and its processes.",
    signals: ["metrics"],
    start: "collection_interval: 15s\nscrapers:\n  cpu: {}\n  memory: {}\n",
    fields: [
      { path: ["collection_interval"], kind: "duration", label: "Interval", help: "Time between two scrapes (1m)." },
      ...scrapers.map(
        (name): Field => ({
          path: ["scrapers", name],
          kind: "presence",
          label: `Scrape ${name}`,
          help: scraperHelp[name] ?? "",
        }),
      ),
      {
        path: [...process, "include", "match_type"],
        kind: "choice",
        choices: ["strict", "regexp"],
        label: "Match included names",
        help: "How names of processes to measure are compared.",
        within: process,
      },
      {
        path: [...process, "include", "names"],
        kind: "texts",
        label: "Included names",
        help: "Only processes of these names; needs how they are matched.",
        within: process,
      },
      {
        path: [...process, "exclude", "match_type"],
        kind: "choice",
        choices: ["strict", "regexp"],
        label: "Match excluded names",
        help: "How names of processes to pass over are compared.",
        within: process,
      },
      {
        path: [...process, "exclude", "names"],
        kind: "texts",
        label: "Excluded names",
        help: "No processes of these names.",
        within: process,
      },
      {
        path: [...process, "scrape_process_delay"],
        kind: "duration",
        label: "Minimum age",
        help: "Processes younger than this are not measured (0s).",
        within: process,
      },
      inProcess(["resource_attributes", "process.command_line", "enabled"], {
        label: "Report command lines",
        help: "They may hold secrets, and every new one makes new series (on).",
      }),
      inProcess(["resource_attributes", "process.command", "enabled"], {
        label: "Report commands",
        help: "The first word of the command line (on).",
      }),
      inProcess(["resource_attributes", "process.executable.path", "enabled"], {
        label: "Report paths of executables",
        help: "Beside their names (on).",
      }),
      inProcess(["metrics", "process.cpu.utilization", "enabled"], {
        label: "CPU utilization",
        help: "A series for each process and state (off).",
      }),
      inProcess(["metrics", "process.threads", "enabled"], {
        label: "Threads",
        help: "A series for each process (off).",
      }),
      inProcess(["mute_process_name_error"], {
        label: "No errors over names",
        help: "Kernel threads have no executable to read a name from (off).",
      }),
      inProcess(["mute_process_exe_error"], {
        label: "No errors over executables",
        help: "Kernel threads have none (off).",
      }),
      inProcess(["mute_process_io_error"], {
        label: "No errors over I/O",
        help: "The I/O of other users' processes needs root (off).",
      }),
      inProcess(["mute_process_user_error"], {
        label: "No errors over users",
        help: "Processes of containers may have users the host does not know (off).",
      }),
    ],
  },
  {
    kind: "receiver",
    type: "otlp",
    oldNames: [],
    title: "OTLP",
    about: "Takes in what programs and other collectors send.",
    signals: ["traces", "metrics", "logs", "profiles"],
    start: `protocols:\n  grpc:\n    endpoint: "127.0.0.1:\${env:OTLP_GRPC_PORT}"\n`,
    fields: [
      { path: ["protocols", "grpc"], kind: "presence", label: "gRPC", help: "Listen for OTLP over gRPC." },
      {
        path: ["protocols", "grpc", "endpoint"],
        kind: "address",
        label: "gRPC address",
        help: "Host and port to listen on (localhost:4317).",
        within: ["protocols", "grpc"],
      },
      { path: ["protocols", "http"], kind: "presence", label: "HTTP", help: "Listen for OTLP over HTTP." },
      {
        path: ["protocols", "http", "endpoint"],
        kind: "address",
        label: "HTTP address",
        help: "Host and port to listen on (localhost:4318).",
        within: ["protocols", "http"],
      },
    ],
  },
];
