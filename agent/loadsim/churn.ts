import type { ChurnPlan, LoadProcessPlan } from "./load-plan.ts";
import type { Roster } from "./roster.ts";

/** Processes that come and go at a rate. */
export interface Churn {
  /** Begins; it ends with the roster. */
  start(): void;
}

/** A machine that falls behind by more than this leaves out what it owes instead of making up for it at once. */
const MOST_BEHIND_MS = 1_000;

/** Creates the churn of a plan. A process that the host refuses is left out. */
export function createChurn(options: {
  roster: Roster;
  plan: ChurnPlan;
  lifetimeMs: readonly [number, number];
  random: () => number;
}): Churn {
  const { roster, plan, random } = options;
  const [fromMs, toMs] = options.lifetimeMs;
  const weights = plan.choices.reduce((sum, { weight }) => sum + weight, 0);
  let alive = 0;
  let dueMs = 0;

  const choose = (): LoadProcessPlan => {
    let left = random() * weights;
    const chosen = plan.choices.find(({ weight }) => {
      left -= weight;
      return left < 0;
    });
    return (chosen ?? plan.choices.at(-1)!).process;
  };

  const spawnOne = async (): Promise<void> => {
    alive++;
    try {
      const { kill } = await roster.begin(choose(), () => {
        alive--;
      });
      roster.later(fromMs + random() * (toMs - fromMs), kill);
    } catch (error) {
      alive--;
      throw error;
    }
  };

  const tick = (): void => {
    if (alive < plan.mostAlive) roster.attempt(spawnOne);
    const nowMs = performance.now();
    dueMs = Math.max(dueMs, nowMs - MOST_BEHIND_MS) + ((0.5 + random()) * 1_000) / plan.spawnsPerSecond;
    roster.later(Math.max(0, dueMs - nowMs), tick);
  };

  return {
    start() {
      dueMs = performance.now();
      if (plan.spawnsPerSecond > 0) tick();
    },
  };
}
