import { type CollectorBinary, findCollector } from "@phoenix/collector";
import { learnComponents } from "./collector-components.ts";
import { composeAgent } from "./compose-agent.ts";
import { type AgentOptions, type AgentSettings, resolveAgentOptions } from "./config/index.ts";
import { createControllerPort } from "./controller-port/index.ts";
import { ensureIdentity } from "./enrollment/index.ts";
import { describeHost } from "./host-description.ts";
import { lockStateDirectory, openStateDirectory } from "./state/index.ts";

/** A running agent. */
export type Agent = {
  /** Id of the host at the controller. */
  readonly hostId: string;
  /**
   * Says goodbye and stops; resolves when nothing is left. By default collectors and load are stopped
   * too; collectors that are left running are adopted by the next agent. Twice is fine.
   */
  stop(options?: { stopCollectors?: boolean }): Promise<void>;
  /**
   * Resolves after a stop. Rejects with PhoenixError CREDENTIAL_REJECTED, everything stopped, when the
   * controller refuses this host for good.
   */
  readonly done: Promise<void>;
};

/**
 * Runs the agent of this host: one per state directory. Resolves once the host
 * is enrolled and its collectors are back; a controller that is away is dialled
 * for ever, while measuring goes on. Aborting `signal` ends a start that waits.
 * @throws PhoenixError in one line that says what is in the way.
 */
export async function runAgent(options: AgentOptions, signal?: AbortSignal): Promise<Agent> {
  const settings = resolveAgentOptions(options);
  const { logger, stateDir } = settings;
  const starting = signal ?? new AbortController().signal;
  const port = createControllerPort({
    address: settings.agentUrl,
    tlsCaFile: settings.tlsCaFile,
    insecure: settings.insecure,
    unary: settings.transport === "poll" ? "http1" : "grpc",
  });
  await openStateDirectory(stateDir);
  const lock = await lockStateDirectory(stateDir);
  const release = async (): Promise<void> => {
    port.close();
    await lock.release();
  };

  let stopCollectors = !settings.keepCollectors;
  const begin = async () => {
    const binary = await obtainCollector(settings, starting);
    const components = await learnComponents(binary, logger);
    const facts = { version: binary.version, componentsDigest: components?.digest ?? "" };
    const identity = await ensureIdentity({
      directory: stateDir,
      port,
      enrollmentToken: settings.enrollmentToken,
      facts: describeHost(settings.hostName, facts),
      labels: settings.labels,
      logger,
      signal: starting,
    });
    const composed = await composeAgent({
      settings,
      port,
      identity,
      binary,
      components,
      stopCollectors: () => stopCollectors,
    });
    await composed.stack.start();
    return { ...composed, hostId: identity.hostId };
  };

  const { stack, uplink, hostId } = await begin().catch(async (error: unknown) => {
    await release();
    throw error;
  });
  logger.info({ hostId, agentUrl: settings.agentUrl, stateDir }, "the agent runs");

  let stopping: Promise<void> | undefined;
  const stop = (how: { stopCollectors?: boolean } = {}): Promise<void> => {
    stopCollectors = how.stopCollectors ?? stopCollectors;
    stopping ??= (async () => {
      try {
        await stack.stop();
      } finally {
        await release();
      }
      logger.info({ hostId, stopCollectors }, "the agent is stopped");
    })();
    return stopping;
  };
  const done = uplink.done.then(
    () => stopping,
    // A host that is not wanted any more keeps nothing running in its name.
    (error: unknown) => stop({ stopCollectors: true }).then(() => Promise.reject(error)),
  );
  // Whoever wants to know looks at it; nobody has to.
  done.catch(() => undefined);
  return { hostId, stop, done };
}

function obtainCollector(
  { collector, cacheDir, logger }: AgentSettings,
  signal: AbortSignal,
): Promise<CollectorBinary> {
  return findCollector({
    env: collector === undefined ? process.env : { ...process.env, PHOENIX_OTELCOL: collector },
    ...(cacheDir === undefined ? {} : { cacheDir }),
    onProgress: (line) => logger.info(line),
    signal,
  });
}
