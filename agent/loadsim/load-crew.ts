import { symlink } from "node:fs/promises";
import type { Service } from "@phoenix/platform/lifecycle";
import type { LoadPlan, LoadProcessPlan } from "./load-plan.ts";
import { type LoadProcess, linkPath, linkTarget, startLoadProcess } from "./load-process.ts";
import { createRandom } from "./seeded-random.ts";

/** A process of a crew that runs now. */
export interface CrewMember {
  readonly pid: number;
  readonly name: string;
  readonly shortLived: boolean;
}

/** What a crew needs. */
export interface LoadCrewOptions {
  readonly plan: LoadPlan;
  /** An empty folder for the links; the caller removes it. */
  readonly folder: string;
  /** Called when a process was started or ended after the start. */
  readonly onChange?: () => void;
}

/** All processes of a simulation. `start` resolves when all run, `stop` when all are gone. */
export interface LoadCrew extends Service {
  /** Those that run now. */
  readonly members: readonly CrewMember[];
  /** How many short-lived processes were started again. */
  readonly respawns: number;
}

/** A short-lived process that the host refuses is tried again after this long. */
const RETRY_MS = 5_000;

/** Makes the crew of a plan; its processes are children of this process. */
export function createLoadCrew(options: LoadCrewOptions): LoadCrew {
  const { plan, folder, onChange = () => {} } = options;
  const random = createRandom(BigInt(plan.seed));
  const running = new Map<LoadProcess, CrewMember>();
  const timers = new Set<NodeJS.Timeout>();
  const starting = new Set<Promise<void>>();
  let stopping = false;
  let respawns = 0;

  function later(delayMs: number, act: () => void): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      act();
    }, delayMs);
    timers.add(timer);
  }

  async function run(wanted: LoadProcessPlan): Promise<void> {
    const loadProcess = await startLoadProcess(wanted, folder, random);
    running.set(loadProcess, { pid: loadProcess.pid, name: wanted.name, shortLived: wanted.shortLived });
    void loadProcess.ended.then(() => {
      running.delete(loadProcess);
      if (!stopping) onChange();
      if (!stopping && wanted.shortLived) respawn(wanted);
    });
    if (stopping) loadProcess.kill();
    else if (wanted.shortLived) {
      const [fromMs, toMs] = plan.shortLifetimeMs;
      later(fromMs + random() * (toMs - fromMs), () => loadProcess.kill());
    }
  }

  function respawn(wanted: LoadProcessPlan): void {
    const attempt = run(wanted).then(
      () => {
        respawns++;
        if (!stopping) onChange();
      },
      () => {
        // The host refuses for now (EAGAIN, ENOMEM): a simulation must not press it.
        if (!stopping) later(RETRY_MS, () => respawn(wanted));
      },
    );
    starting.add(attempt);
    void attempt.then(() => starting.delete(attempt));
  }

  async function startAll(): Promise<void> {
    const linked = new Set<string>();
    for (const wanted of plan.processes) {
      if (stopping) return;
      if (!linked.has(wanted.name)) await symlink(linkTarget, linkPath(folder, wanted.name));
      linked.add(wanted.name);
      await run(wanted);
    }
  }

  return {
    async start() {
      const all = startAll();
      const settled = all.catch(() => {});
      starting.add(settled);
      try {
        await all;
      } finally {
        starting.delete(settled);
      }
    },
    async stop() {
      stopping = true;
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
      await Promise.all(starting);
      const ends = [...running.keys()].map((loadProcess) => {
        loadProcess.kill();
        return loadProcess.ended;
      });
      await Promise.all(ends);
    },
    get members() {
      return [...running.values()];
    },
    get respawns() {
      return respawns;
    },
  };
}
