import { homedir } from "node:os";
import { type ConfigSources, field, resolveConfig } from "@phoenix/platform/config";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { createLogger } from "@phoenix/platform/logging";
import { type AgentOptions, defaultAgentUrl } from "./agent-options.ts";
import { defaultStateDir } from "./default-state-dir.ts";

/** Every key of an agent's configuration. */
export const agentSchema = {
  controller: field.text({
    description: "host and port of the controller's agent port",
    default: defaultAgentUrl,
  }),
  stateDir: field.text({
    description: "the agent's own folder: identity, journal, collectors",
    default: defaultStateDir(process.getuid?.(), process.env, homedir()),
  }),
  enrollmentToken: field.text({ description: "token for the first start on a host", secret: true }),
  hostName: field.text({ description: "name of the host; the machine's own without it" }),
  labels: field.list({ description: "labels the host starts with, key=value separated by commas", default: [] }),
  transport: field.choice(["stream", "poll"], {
    description: "how to talk to the server; poll passes proxies that know no streams",
    default: "stream",
  }),
  collector: field.text({ description: "path of the collector binary; found or made without it" }),
  cacheDir: field.text({ description: "folder of collector binaries; the user's cache without it" }),
  tlsCaFile: field.text({ description: "file with the authorities of the server's certificate; TLS is used with it" }),
  insecure: field.boolean({
    description: "allow a server on another machine without TLS; the credential crosses the network in clear",
    default: false,
  }),
  keepCollectors: field.boolean({
    description: "leave collectors running when the agent stops, for the next one to adopt",
    default: false,
  }),
  logLevel: field.choice(["trace", "debug", "info", "warn", "error"], {
    description: "least level that is logged",
    default: "info",
  }),
} as const;

/**
 * Resolves the configuration of an agent from flags, environment and file.
 * @throws PhoenixError INVALID_FIELD that says what to change.
 */
export function resolveAgentConfig(sources: ConfigSources): AgentOptions {
  const { controller, labels, logLevel, ...config } = resolveConfig(agentSchema, sources);
  return {
    ...config,
    agentUrl: controller,
    labels: readLabels(labels),
    logger: createLogger({ name: "phoenix-agent", level: logLevel }),
  };
}

function readLabels(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, key, value] = /^([^=\s]+)=(.*)$/.exec(pair) ?? [];
      if (key !== undefined && value !== undefined) return [key, value];
      throw phoenixError(ErrorReason.INVALID_FIELD, `The label ${JSON.stringify(pair)} is not written as key=value.`);
    }),
  );
}
