import type { CollectorFigures } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import type { Observation } from "@phoenix/gen/phoenix/measurement/v1/observation_pb.ts";
import { compileExpression } from "@phoenix/platform/expression";
import type { Service } from "@phoenix/platform/lifecycle";
import type { Logger } from "@phoenix/platform/logging";
import type { Supervisor } from "../supervisor/index.ts";
import { createTap, type Tap } from "../tap/index.ts";
import { type Arm, type ArmSpec, openArm } from "./arm.ts";
import { type FigureArmOptions, openFigureArm } from "./figure-arm.ts";
import { createOraclePool } from "./oracle-pool.ts";
import { openTapPlaces, type TapPlaces } from "./tap-places.ts";

/** What a measurement is made of. */
export type MeasurementOptions = {
  /** The agent's state directory. */
  directory: string;
  supervisor: Pick<Supervisor, "list" | "usage" | "exporterFailures" | "acceptedPoints" | "configText">;
  /** The host's clock minus the controller's, in milliseconds. */
  clockOffsetMs(): number;
  /** Takes each observation; resolves when it is safe. */
  observe(observation: Observation): Promise<void>;
  /** Over what the figures of collectors outside experiments are taken; the default is for use, others for tests. */
  planFigures?: FigureArmOptions["plan"];
  logger: Logger;
};

/** The arms measured on this host. */
export interface Measurement extends Service {
  /**
   * Opens an arm, or goes on with one that is open, and gives the address its
   * collector has to deliver to; the same one for as long as the arm is not closed.
   * Throws PhoenixError INVALID_EXPRESSION.
   */
  open(spec: ArmSpec): Promise<string>;
  /** What collectors outside experiments bring in and send out: each measured once more since it was asked before. */
  takeFigures(): CollectorFigures[];
  /** Ends the measurement of a collector; of an unknown one is fine. */
  close(collectorId: string): Promise<void>;
}

/** Creates a measurement; `start` opens the tap where it was before a restart. */
export function createMeasurement(options: MeasurementOptions): Measurement {
  const { directory, logger } = options;
  const oracles = createOraclePool(logger);
  const arms = new Map<string, Arm>();
  let tap: Tap | null = null;
  let places: TapPlaces | null = null;

  const opened = (): { tap: Tap; places: TapPlaces } => {
    if (tap === null || places === null) throw new Error("the measurement has to be started first");
    return { tap, places };
  };

  const end = async (collectorId: string): Promise<void> => {
    const arm = arms.get(collectorId);
    arms.delete(collectorId);
    await arm?.close();
  };

  return {
    async start() {
      places = await openTapPlaces(directory, logger);
      tap = await listen(places.port(), logger);
      await places.setPort(tap.port);
    },
    async open(spec) {
      const known = arms.get(spec.collectorId);
      if (known !== undefined && measuresTheSame(known.spec, spec)) {
        const { configDigest, scrapeIntervalMs } = known.spec;
        if (configDigest !== spec.configDigest || scrapeIntervalMs !== spec.scrapeIntervalMs) known.reconfigure(spec);
        return known.url;
      }
      const { tap, places } = opened();
      const mustKeep = spec.mustKeep.map((text) => compileExpression(text));
      const token = await places.tokenOf(spec.collectorId);
      await end(spec.collectorId);
      const { supervisor, clockOffsetMs, observe } = options;
      const common = { spec, token, mustKeep, tap, supervisor, logger };
      const openObserved = async (): Promise<Arm> => {
        const oracle = mustKeep.length > 0 ? await oracles.join(spec.experimentId, mustKeep, spec.windowMs) : null;
        return openArm({ ...common, oracle, clockOffsetMs, observe });
      };
      const plan = options.planFigures === undefined ? {} : { plan: options.planFigures };
      const isObserved = spec.windowMs > 0 && spec.experimentId !== "";
      const arm = isObserved ? await openObserved() : openFigureArm({ ...common, oracles, ...plan });
      arms.set(spec.collectorId, arm);
      return arm.url;
    },
    takeFigures: () => [...arms.values()].map((arm) => arm.takeFigures()).filter((figures) => figures !== null),
    async close(collectorId) {
      await end(collectorId);
      await opened().places.forget(collectorId);
    },
    async stop() {
      for (const collectorId of [...arms.keys()]) await end(collectorId);
      await tap?.stop();
    },
  };
}

/** The port of before, so that collectors that run on need not be restarted; any other when somebody took it. */
async function listen(port: number, logger: Logger): Promise<Tap> {
  const tap = createTap({ logger, port });
  try {
    await tap.start();
    return tap;
  } catch (error) {
    if (port === 0 || (error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    logger.warn({ port }, "the tap's port is taken by another program; collectors are given a new one and restarted");
    const elsewhere = createTap({ logger, port: 0 });
    await elsewhere.start();
    return elsewhere;
  }
}

/** True when nothing but the configuration differs. */
function measuresTheSame(one: ArmSpec, other: ArmSpec): boolean {
  return (
    one.experimentId === other.experimentId &&
    one.variant === other.variant &&
    one.windowMs === other.windowMs &&
    JSON.stringify(one.mustKeep) === JSON.stringify(other.mustKeep)
  );
}
