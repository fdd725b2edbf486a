import type { Service } from "@phoenix/platform/lifecycle";
import { createChaos } from "./chaos.ts";
import { createChurn } from "./churn.ts";
import type { LoadPlan, LoadProcessPlan } from "./load-plan.ts";
import type { LoadProcess } from "./load-process.ts";
import { type CrewChange, type CrewMember, createRoster } from "./roster.ts";
import { createRandom } from "./seeded-random.ts";

/** What a crew needs. */
export interface LoadCrewOptions {
  readonly plan: LoadPlan;
  /** An empty folder for the links; the caller removes it. */
  readonly folder: string;
  /** Called when a process was begun or ended. */
  readonly onChange?: (change: CrewChange) => void;
}

/** All processes of a simulation. `start` resolves when all run, `stop` when all are gone. */
export interface LoadCrew extends Service {
  /** Those that run now. */
  readonly members: readonly CrewMember[];
  /** Processes begun so far. */
  readonly spawned: number;
  /** Processes that the host would not begin again so far. */
  readonly refused: number;
  /** Why the last of them was not begun, in a word; empty where all were. */
  readonly refusal: string;
}

/** A short-lived process that the host refuses is tried again after this long. */
const RETRY_MS = 5_000;

/** Makes the crew of a plan; its processes are children of this process. */
export function createLoadCrew(options: LoadCrewOptions): LoadCrew {
  const { plan, folder, onChange = () => {} } = options;
  const random = createRandom(BigInt(plan.seed));
  const roster = createRoster({ folder, random, onChange });
  const churn = plan.churn && createChurn({ roster, plan: plan.churn, lifetimeMs: plan.shortLifetimeMs, random });
  const chaos = plan.chaos && createChaos({ roster, plan: plan.chaos, folder, random });

  async function run(wanted: LoadProcessPlan): Promise<void> {
    let current: LoadProcess | undefined;
    const onEnd = (): void => {
      // A long-lived process comes back only where it was killed to come back.
      if (wanted.shortLived || (current !== undefined && chaos?.forget(current) === true)) again(wanted);
    };
    current = await roster.begin(wanted, onEnd);
    if (!wanted.shortLived) return chaos?.expose(current);
    const { kill } = current;
    const [fromMs, toMs] = plan.shortLifetimeMs;
    roster.later(fromMs + random() * (toMs - fromMs), kill);
  }

  function again(wanted: LoadProcessPlan): void {
    roster.attempt(async () => {
      try {
        await run(wanted);
      } catch (error) {
        // The host refuses for now (EAGAIN, ENOMEM): a simulation must not press it.
        roster.later(RETRY_MS, () => again(wanted));
        throw error;
      }
    });
  }

  async function startAll(): Promise<void> {
    for (const wanted of plan.processes) {
      if (roster.closing) return;
      await run(wanted);
    }
    churn?.start();
    chaos?.start();
  }

  return {
    async start() {
      const all = startAll();
      // So that a stop meanwhile waits for it.
      roster.attempt(() => all);
      await all;
    },
    stop: () => roster.close(),
    get members() {
      return roster.members;
    },
    get spawned() {
      return roster.spawned;
    },
    get refused() {
      return roster.refused;
    },
    get refusal() {
      return roster.refusal;
    },
  };
}
