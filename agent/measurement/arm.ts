import type { CollectorFigures } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import type { Observation } from "@phoenix/gen/phoenix/measurement/v1/observation_pb.ts";
import type { CompiledExpression } from "@phoenix/platform/expression";
import type { Logger } from "@phoenix/platform/logging";
import type { CollectorSpec, Supervisor } from "../supervisor/index.ts";
import type { Tap, TapWindow } from "../tap/index.ts";
import { joinObservation } from "./join-observation.ts";
import type { OracleShare } from "./oracle-pool.ts";
import { createUsageSampler } from "./usage-sampler.ts";

/** What is measured: a collector's spec without the place it delivers to. */
export type ArmSpec = Omit<CollectorSpec, "tapUrl">;

/** One open arm. */
export type Arm = {
  readonly spec: ArmSpec;
  /** Where its collector delivers to. */
  readonly url: string;
  /** The collector runs another configuration from now on. */
  reconfigure(spec: ArmSpec): void;
  /** What a collector outside experiments brings in and sends out, once for each time it was measured; null when there is nothing new. */
  takeFigures(): CollectorFigures | null;
  /** Drops the window that is not over, and waits for what is being joined. */
  close(): Promise<void>;
};

/** What an arm of an experiment is made of. */
export type ArmOptions = {
  spec: ArmSpec;
  token: string;
  mustKeep: readonly CompiledExpression[];
  tap: Tap;
  /** Null where nothing must be kept. */
  oracle: OracleShare | null;
  supervisor: Pick<Supervisor, "list" | "usage" | "exporterFailures">;
  clockOffsetMs(): number;
  observe(observation: Observation): Promise<void>;
  logger: Logger;
};

/** Opens an arm of an experiment; those outside one are figure-arm's. */
export function openArm(options: ArmOptions): Arm {
  const { tap, token, mustKeep, oracle, supervisor, logger } = options;
  const { collectorId } = options.spec;
  let spec = options.spec;
  const { windowMs } = spec;
  let changedAtMs = Number.NEGATIVE_INFINITY;
  let failuresBefore: number | null = null;
  let joining: Promise<void> = Promise.resolve();

  const look = (): ReturnType<Parameters<typeof createUsageSampler>[0]["look"]> => {
    const snapshot = supervisor.list().find((one) => one.spec.collectorId === collectorId);
    const usage = supervisor.usage(collectorId);
    const runs = snapshot !== undefined && snapshot.pid > 0 && usage !== null;
    return {
      restarts: snapshot?.restarts ?? 0,
      process: runs
        ? {
            pid: snapshot.pid,
            startTicks: snapshot.startTicks,
            cpuSeconds: usage.cpuSeconds,
            rssBytes: usage.rssBytes,
          }
        : null,
    };
  };
  const sampler = createUsageSampler({ windowMs, look });

  /** The counter begins anew with each process. */
  const droppedSinceLast = async (): Promise<number> => {
    const now = await supervisor.exporterFailures(collectorId);
    if (now === null) return 0;
    const before = failuresBefore === null || failuresBefore > now ? 0 : failuresBefore;
    failuresBefore = now;
    return now - before;
  };

  const join = async (window: TapWindow): Promise<void> => {
    const { experimentId, variant, configDigest } = spec;
    const changed = changedAtMs >= window.startMs && changedAtMs < window.startMs + window.windowMs;
    const observation = joinObservation({
      experimentId,
      variant,
      configDigest,
      mustKeep,
      tap: window,
      usage: sampler.read(window.startMs),
      oracle: oracle?.read(window.startMs) ?? null,
      droppedPoints: await droppedSinceLast(),
      clockOffsetMs: options.clockOffsetMs(),
      disturbance: changed ? "The collector's configuration was changed in the window." : "",
    });
    await options.observe(observation);
  };

  const tapped = tap.open({
    collectorId,
    token,
    windowMs,
    mustKeep: mustKeep.map(({ pattern }) => pattern),
    onWindow(window) {
      const caveat = window.contributors?.caveat;
      if (caveat) logger.warn({ collectorId, caveat }, "where the series come from could not be counted exactly");
      joining = joining
        .then(() => join(window))
        .catch((error: unknown) => logger.error({ err: error, collectorId }, "a window could not be kept and is lost"));
    },
  });

  return {
    get spec() {
      return spec;
    },
    url: tapped.url,
    reconfigure(next) {
      spec = next;
      changedAtMs = Date.now();
    },
    takeFigures: () => null,
    async close() {
      tapped.close();
      sampler.stop();
      await joining;
      await oracle?.release();
    },
  };
}
