import type { AnalysisPlan } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { measuringMs } from "./plan.ts";
import type { ExperimentSettings } from "./settings.ts";
import { isOver, type Phase } from "./state-machine.ts";

/** What a deadline depends on. */
export interface DeadlineInput {
  /** When the phase begins. */
  now: Date;
  /** When measuring begins; needed from RUNNING on. */
  measureTime: Date | null;
  /** The plan; needed from RUNNING on. */
  plan: AnalysisPlan | null;
  /** The user's limit on measuring, in milliseconds. */
  maxDurationMs?: number | undefined;
}

/** Gives the time at which a phase times out, or null for one that is over. */
export function deadlineOf(phase: Phase, input: DeadlineInput, settings: ExperimentSettings): Date | null {
  if (isOver(phase)) return null;
  if (phase === "pending") return later(input.now, settings.pendingTimeoutMs);
  if (phase === "initializing") return later(input.now, settings.initializingTimeoutMs);
  if (phase === "analyzing") return later(input.now, settings.analyzingTimeoutMs);
  if (input.measureTime === null || input.plan === null) throw new Error("RUNNING has a plan and a measure time");
  // The grace lets the last window arrive; without it the last block would never count.
  return later(input.measureTime, measuringMs(input.plan, input.maxDurationMs) + settings.deliveryGraceMs);
}

function later(time: Date, ms: number): Date {
  return new Date(time.getTime() + ms);
}
