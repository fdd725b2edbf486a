import { hostname } from "node:os";
import { resolve } from "node:path";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { createLogger, type Logger } from "@phoenix/platform/logging";

/** What an agent may be told. */
export type AgentOptions = {
  /** Host and port of the agent port; default 127.0.0.1:7471. */
  agentUrl?: string | undefined;
  /** The agent's own directory. */
  stateDir: string;
  /** Needed on the first start. */
  enrollmentToken?: string | undefined;
  /** Name of the host; default the machine's own, and after enrolment the one it was enrolled with. */
  hostName?: string | undefined;
  /** Labels the host starts with. */
  labels?: Readonly<Record<string, string>> | undefined;
  /** How to talk to the controller; `poll` passes proxies that know no streams. Default `stream`. */
  transport?: "stream" | "poll" | undefined;
  /** Path of the collector binary; default: found as usual. */
  collector?: string | undefined;
  /** Where collector binaries are kept; default the user's cache. */
  cacheDir?: string | undefined;
  /** Certificate authorities of the server's certificate; TLS is used when given. */
  tlsCaFile?: string | undefined;
  /** Allows an agent port beyond this machine without TLS. */
  insecure?: boolean | undefined;
  /** Leaves collectors running when the agent stops, for the next one to adopt. Default false. */
  keepCollectors?: boolean | undefined;
  /** Default: JSON lines on stderr. */
  logger?: Logger | undefined;
};

/** The same, resolved. */
export type AgentSettings = Readonly<{
  agentUrl: string;
  stateDir: string;
  enrollmentToken: string | undefined;
  hostName: string;
  labels: Readonly<Record<string, string>>;
  transport: "stream" | "poll";
  collector: string | undefined;
  cacheDir: string | undefined;
  tlsCaFile: string | undefined;
  insecure: boolean;
  keepCollectors: boolean;
  logger: Logger;
}>;

/** Where the agent port is unless told otherwise. */
export const defaultAgentUrl = "127.0.0.1:7471";

/** Checks the options and fills in the defaults. Throws PhoenixError INVALID_FIELD that names the option. */
export function resolveAgentOptions(options: AgentOptions): AgentSettings {
  const transport = options.transport ?? "stream";
  if (transport !== "stream" && transport !== "poll") {
    throw invalid("transport", `the transport is "stream" or "poll", not ${JSON.stringify(transport)}`);
  }
  const hostName = options.hostName ?? hostname();
  if (hostName.length < 1 || hostName.length > 253) throw invalid("hostName", "a host name has 1 to 253 characters");
  if (options.stateDir === "") throw invalid("stateDir", "the state directory has no name");
  const { enrollmentToken } = options;
  if (enrollmentToken !== undefined && (enrollmentToken.length < 16 || enrollmentToken.length > 256)) {
    throw invalid("enrollmentToken", "an enrolment token has 16 to 256 characters; was it copied whole?");
  }
  return Object.freeze({
    agentUrl: readAddress(options.agentUrl ?? defaultAgentUrl),
    stateDir: resolve(options.stateDir),
    enrollmentToken,
    hostName,
    labels: Object.freeze({ ...options.labels }),
    transport,
    collector: options.collector,
    cacheDir: options.cacheDir,
    tlsCaFile: options.tlsCaFile,
    insecure: options.insecure ?? false,
    keepCollectors: options.keepCollectors ?? false,
    logger: options.logger ?? createLogger({ name: "phoenix-agent" }),
  });
}

/** An address as host:port. A URL is refused rather than cut, for it is the API port's, where no agent is served. */
function readAddress(text: string): string {
  const port = Number(/^(?:\[[0-9a-fA-F:]+\]|[^:/\s]+):(\d{1,5})$/.exec(text)?.[1]);
  if (port >= 1 && port <= 65_535) return text;
  throw invalid(
    "agentUrl",
    `${JSON.stringify(text)} is not the host and port of a server's agent port, like ${defaultAgentUrl}`,
  );
}

function invalid(option: string, why: string): Error {
  return phoenixError(ErrorReason.INVALID_FIELD, `The agent cannot start: ${why}.`, { metadata: { option } });
}
