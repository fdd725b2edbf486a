import { symlink } from "node:fs/promises";
import type { LoadProcessPlan } from "./load-plan.ts";
import { type LoadProcess, linkPath, linkTarget, startLoadProcess } from "./load-process.ts";

/** A process of a crew that runs now. */
export interface CrewMember {
  readonly pid: number;
  readonly name: string;
  readonly shortLived: boolean;
}

/** What changes in a crew: a member that was begun, or the pid of one that ended. */
export type CrewChange = CrewMember | number;

/** The processes of a crew that run now, and the timers that begin and end them. */
export interface Roster {
  readonly members: readonly CrewMember[];
  /** Processes begun so far. */
  readonly spawned: number;
  /** Processes that the host would not begin so far. */
  readonly refused: number;
  /** Why the last of them was refused: the code of the system's error, such as EAGAIN, else its words; empty where none was. */
  readonly refusal: string;
  /** Nothing is begun any more. */
  readonly closing: boolean;
  /** Begins a planned process; `onEnd` is called when it ends before the crew does. Rejects when the host refuses. */
  begin(wanted: LoadProcessPlan, onEnd?: () => void): Promise<LoadProcess>;
  /** Takes in a process that was begun elsewhere. */
  enter(process: LoadProcess, member: Omit<CrewMember, "pid">, onEnd?: () => void): void;
  /** Keeps work apart that begins a process: the end waits for it. What fails in it counts as refused. */
  attempt(work: () => Promise<void>): void;
  /** Calls once, unless the crew ends before. */
  later(delayMs: number, act: () => void): void;
  /** Ends all of it; resolves when nothing is left. */
  close(): Promise<void>;
}

/** Creates a roster; `folder` takes the links that processes are run through. */
export function createRoster(options: {
  folder: string;
  random: () => number;
  onChange: (change: CrewChange) => void;
}): Roster {
  const { folder, random, onChange } = options;
  const running = new Map<LoadProcess, CrewMember>();
  const links = new Map<string, Promise<void>>();
  const timers = new Set<NodeJS.Timeout>();
  const attempts = new Set<Promise<void>>();
  let closing = false;
  let spawned = 0;
  let refused = 0;
  let refusal = "";

  const link = (name: string): Promise<void> => {
    const known = links.get(name);
    if (known !== undefined) return known;
    const made = symlink(linkTarget, linkPath(folder, name));
    links.set(name, made);
    // Whoever asked hears of a failure; the next one tries again.
    made.catch(() => links.delete(name));
    return made;
  };

  const enter: Roster["enter"] = (loadProcess, { name, shortLived }, onEnd) => {
    const member = { pid: loadProcess.pid, name, shortLived };
    running.set(loadProcess, member);
    spawned++;
    onChange(member);
    void loadProcess.ended.then(() => {
      running.delete(loadProcess);
      onChange(member.pid);
      if (!closing) onEnd?.();
    });
    if (closing) loadProcess.kill();
  };

  return {
    enter,
    async begin(wanted, onEnd) {
      await link(wanted.name);
      const loadProcess = await startLoadProcess(wanted, folder, random);
      enter(loadProcess, wanted, onEnd);
      return loadProcess;
    },
    attempt(work) {
      const attempt = work().catch((error: unknown) => {
        refused++;
        refusal = describe(error);
      });
      attempts.add(attempt);
      void attempt.then(() => attempts.delete(attempt));
    },
    later(delayMs, act) {
      if (closing) return;
      const timer = setTimeout(() => {
        timers.delete(timer);
        act();
      }, delayMs);
      timers.add(timer);
    },
    async close() {
      closing = true;
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
      await Promise.all(attempts);
      const ends = [...running.keys()].map((loadProcess) => {
        loadProcess.kill();
        return loadProcess.ended;
      });
      await Promise.all(ends);
    },
    get members() {
      return [...running.values()];
    },
    get spawned() {
      return spawned;
    },
    get refused() {
      return refused;
    },
    get refusal() {
      return refusal;
    },
    get closing() {
      return closing;
    },
  };
}

function describe(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message ?? String(error);
}
