import type { CollectorFigures } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import type { CompiledExpression } from "@phoenix/platform/expression";
import type { Logger } from "@phoenix/platform/logging";
import type { Supervisor } from "../supervisor/index.ts";
import type { Tap, TapArm, TapWindow } from "../tap/index.ts";
import type { Arm, ArmSpec } from "./arm.ts";
import { type FigurePlan, findScrapeIntervalMs, planFigures } from "./figure-plan.ts";
import type { OraclePool, OracleShare } from "./oracle-pool.ts";
import { type Reading, summarizeFigures } from "./summarize-figures.ts";

/** What the arm of a collector outside experiments is made of. */
export type FigureArmOptions = {
  spec: ArmSpec;
  token: string;
  mustKeep: readonly CompiledExpression[];
  tap: Tap;
  oracles: OraclePool;
  supervisor: Pick<Supervisor, "list" | "usage" | "acceptedPoints" | "configText">;
  /** Default planFigures. */
  plan?: (intervalMs: number | null) => FigurePlan;
  logger: Logger;
};

/**
 * Opens the arm of a collector outside experiments: nothing of it is observed,
 * and it costs a look at the collector each period of half a minute or more.
 */
export function openFigureArm(options: FigureArmOptions): Arm {
  const { tap, token, mustKeep, oracles, supervisor, logger, plan: planOf = planFigures } = options;
  const { collectorId } = options.spec;
  let spec = options.spec;
  /** Until the configuration is there the interval is a guess. */
  let plan: FigurePlan = planOf(spec.scrapeIntervalMs || null);
  let settledDigest = "";
  let oracle: OracleShare | null = null;
  let before: Reading | null = null;
  let windows: TapWindow[] = [];
  let latest: CollectorFigures | null = null;
  let closed = false;
  let taking: Promise<void> = Promise.resolve();

  const begin = (): void => {
    before = null;
    windows = [];
    latest = null;
  };

  const open = (): TapArm =>
    tap.open({
      collectorId,
      token,
      windowMs: plan.windowMs,
      mustKeep: mustKeep.map(({ pattern }) => pattern),
      onWindow(window) {
        taking = taking
          .then(() => take(window))
          .catch((error: unknown) => logger.error({ err: error, collectorId }, "a collector's figures are lost"));
      },
    });

  /** Goes over to windows of the length of a scrape as soon as that is known; true when it did. */
  const settle = async (): Promise<boolean> => {
    const { configDigest, scrapeIntervalMs } = spec;
    if (settledDigest === configDigest) return false;
    const text = await supervisor.configText(collectorId);
    if (text === null || closed) return false;
    settledDigest = configDigest;
    const next = planOf(scrapeIntervalMs || findScrapeIntervalMs(text));
    const changed = next.windowMs !== plan.windowMs;
    plan = next;
    if (changed || oracle === null) {
      await oracle?.release();
      oracle = mustKeep.length === 0 ? null : await oracles.join("", mustKeep, plan.periodMs);
    }
    if (!changed) return false;
    begin();
    tapped.close();
    tapped = open();
    return true;
  };

  const read = async (deliveredMs: number | null): Promise<Reading> => {
    const snapshot = supervisor.list().find((one) => one.spec.collectorId === collectorId);
    const acceptedPoints = await supervisor.acceptedPoints(collectorId);
    const usage = supervisor.usage(collectorId);
    const process =
      snapshot === undefined || snapshot.pid === 0 || usage === null
        ? null
        : { pid: snapshot.pid, startTicks: snapshot.startTicks, ...usage };
    return { atMs: Date.now(), process, acceptedPoints, deliveredMs };
  };

  const take = async (window: TapWindow): Promise<void> => {
    if (closed || window.windowMs !== plan.windowMs || (await settle())) return;
    windows.push(window);
    const endMs = window.startMs + window.windowMs;
    if (endMs % plan.periodMs !== 0) return;
    const ofPeriod = windows.splice(0);
    const { configDigest } = spec;
    const after = await read(
      ofPeriod.findLast(({ requests }) => requests > 0)?.lastRequestMs ?? before?.deliveredMs ?? null,
    );
    // Another configuration came meanwhile: nothing of before is compared with it.
    if (spec.configDigest !== configDigest) return;
    if (before !== null) {
      const { periodMs, intervalMs } = plan;
      latest = summarizeFigures({
        collectorId,
        periodMs,
        intervalMs,
        before,
        after,
        windows: ofPeriod,
        oracle: oracle?.read(endMs - periodMs) ?? null,
      });
    }
    before = after;
  };

  let tapped = open();
  return {
    get spec() {
      return spec;
    },
    url: tapped.url,
    reconfigure(next) {
      spec = next;
      settledDigest = "";
      begin();
    },
    takeFigures() {
      const taken = latest;
      latest = null;
      return taken;
    },
    async close() {
      closed = true;
      tapped.close();
      await taking;
      await oracle?.release();
    },
  };
}
