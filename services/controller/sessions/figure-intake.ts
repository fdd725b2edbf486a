import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { CollectorFigures, Heartbeat } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import type { Database } from "@phoenix/platform/database";
import { createPeriodic, type Service } from "@phoenix/platform/lifecycle";
import type { Logger } from "@phoenix/platform/logging";
import { storeFigures } from "../fleet/index.ts";

/** Takes the figures that heartbeats carry and stores those of many hosts together. */
export type FigureIntake = Service & {
  /** Keeps the newest of a host until they are stored; without any it does nothing. */
  take(hostId: string, heartbeat: Pick<Heartbeat, "agentTime" | "figures">): void;
};

/** Figures older than this are of no use to anyone, and a host's clock that is further off is wrong. */
const oldestMs = 3_600_000;

/**
 * Creates the intake. A host's first figures are stored at the next look, later
 * ones no more often than each `spacingMs`. How old they are is told by the
 * host's clock alone, so that one that is wrong does no harm.
 */
export function createFigureIntake(options: {
  db: Database;
  logger: Logger;
  /** Time between two looks. */
  intervalMs: number;
  /** Least time between two writes of one host. */
  spacingMs: number;
  now?: () => number;
}): FigureIntake {
  const { db, logger, intervalMs, spacingMs, now = () => performance.now() } = options;
  const waiting = new Map<string, { takenMs: number; sentMs: number; figures: readonly CollectorFigures[] }>();
  const storedMs = new Map<string, number>();

  const run = async (): Promise<void> => {
    const nowMs = now();
    for (const [hostId, atMs] of storedMs) if (nowMs - atMs >= spacingMs) storedMs.delete(hostId);
    const due = [...waiting].filter(([hostId]) => !storedMs.has(hostId));
    if (due.length === 0) return;
    for (const [hostId] of due) {
      waiting.delete(hostId);
      storedMs.set(hostId, nowMs);
    }
    await storeFigures(
      db,
      due.map(([hostId, { takenMs, sentMs, figures }]) => ({
        hostId,
        figures,
        agoMs: ({ measureTime }) => {
          const agoMs = nowMs - takenMs + (measureTime === undefined ? 0 : sentMs - timestampMs(measureTime));
          return Math.min(oldestMs, Math.max(0, agoMs));
        },
      })),
    );
  };

  const duty = createPeriodic({ name: "store figures", intervalMs, run, logger });
  return {
    start: () => duty.start(),
    stop: () => duty.stop(),
    take(hostId, { agentTime, figures }) {
      if (figures.length === 0 || agentTime === undefined) return;
      waiting.set(hostId, { takenMs: now(), sentMs: timestampMs(agentTime), figures });
    },
  };
}
