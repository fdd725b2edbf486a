import type { ChaosPlan } from "./load-plan.ts";
import type { LoadProcess } from "./load-process.ts";
import type { Roster } from "./roster.ts";
import { createSpikes } from "./spike.ts";

/** Disturbances of a crew. */
export interface Chaos {
  /** Begins; it ends with the roster. */
  start(): void;
  /** A process that may be killed from now on. */
  expose(process: LoadProcess): void;
  /** A process has ended; true when it was killed here, to be begun anew. */
  forget(process: LoadProcess): boolean;
}

const MINUTE_MS = 60_000;

/** Creates the disturbances of a plan: kills and spikes come at random, as often as the plan says on average. */
export function createChaos(options: { roster: Roster; plan: ChaosPlan; folder: string; random: () => number }): Chaos {
  const { roster, plan, folder, random } = options;
  const exposed = new Set<LoadProcess>();
  const killed = new WeakSet<LoadProcess>();
  const spikes = createSpikes({ roster, folder, random, stressNg: plan.stressNg });

  /** Calls again and again, with exponential waits in between (a Poisson process). */
  const atRandom = (perMinute: number, act: () => void): void => {
    if (perMinute <= 0) return;
    const waitMs = (-Math.log(1 - random()) * MINUTE_MS) / perMinute;
    roster.later(waitMs, () => {
      act();
      atRandom(perMinute, act);
    });
  };

  const killOne = (): void => {
    const candidates = [...exposed];
    const victim = candidates[Math.floor(random() * candidates.length)];
    if (victim === undefined) return;
    killed.add(victim);
    victim.kill();
  };

  return {
    start() {
      const { spikeDurationMs: durationMs } = plan;
      atRandom(plan.killsPerMinute, killOne);
      if (plan.cpuSpikeRatio > 0) {
        atRandom(plan.cpuSpikesPerMinute, () => spikes.cpu({ cpuRatio: plan.cpuSpikeRatio, durationMs }));
      }
      if (plan.memorySpikeBytes > 0) {
        atRandom(plan.memorySpikesPerMinute, () => spikes.memory({ bytes: plan.memorySpikeBytes, durationMs }));
      }
    },
    expose: (process) => void exposed.add(process),
    forget(process) {
      exposed.delete(process);
      return killed.delete(process);
    },
  };
}
