import type { Observation } from "@phoenix/gen/phoenix/measurement/v1/observation_pb.ts";
import type { CompiledExpression } from "@phoenix/platform/expression";
import type { Logger } from "@phoenix/platform/logging";
import type { CollectorSpec, Supervisor } from "../supervisor/index.ts";
import type { Tap, TapWindow } from "../tap/index.ts";
import { joinObservation } from "./join-observation.ts";
import type { OracleShare } from "./oracle-pool.ts";
import { createUsageSampler, type UsageSampler } from "./usage-sampler.ts";

/** What is measured: a collector's spec without the place it delivers to. */
export type ArmSpec = Omit<CollectorSpec, "tapUrl">;

/** One open arm. */
export type Arm = {
  readonly spec: ArmSpec;
  /** Where its collector delivers to. */
  readonly url: string;
  /** The collector runs another configuration from now on. */
  reconfigure(spec: ArmSpec): void;
  /** Drops the window that is not over, and waits for what is being joined. */
  close(): Promise<void>;
};

/** What an arm is made of. */
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

/** Window of a collector that is not measured; what it delivers is taken and let go. */
const unmeasuredWindowMs = 60_000;

/** Opens an arm. One outside an experiment takes what its collector delivers and observes nothing. */
export function openArm(options: ArmOptions): Arm {
  const { tap, token, mustKeep, oracle, supervisor, logger } = options;
  const { collectorId } = options.spec;
  const measured = options.spec.windowMs > 0 && options.spec.experimentId !== "";
  let spec = options.spec;
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
  const sampler: UsageSampler | null = measured ? createUsageSampler({ windowMs: spec.windowMs, look }) : null;

  /** The counter begins anew with each process. */
  const droppedSinceLast = async (): Promise<number> => {
    const now = await supervisor.exporterFailures(collectorId);
    if (now === null) return 0;
    const before = failuresBefore === null || failuresBefore > now ? 0 : failuresBefore;
    failuresBefore = now;
    return now - before;
  };

  const join = async (window: TapWindow, sampled: UsageSampler): Promise<void> => {
    const { experimentId, variant, configDigest } = spec;
    const changed = changedAtMs >= window.startMs && changedAtMs < window.startMs + window.windowMs;
    const observation = joinObservation({
      experimentId,
      variant,
      configDigest,
      mustKeep,
      tap: window,
      usage: sampled.read(window.startMs),
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
    windowMs: measured ? spec.windowMs : unmeasuredWindowMs,
    mustKeep: mustKeep.map(({ pattern }) => pattern),
    onWindow(window) {
      if (sampler === null) return;
      const caveat = window.contributors?.caveat;
      if (caveat) logger.warn({ collectorId, caveat }, "where the series come from could not be counted exactly");
      joining = joining
        .then(() => join(window, sampler))
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
    async close() {
      tapped.close();
      sampler?.stop();
      await joining;
      await oracle?.release();
    },
  };
}
