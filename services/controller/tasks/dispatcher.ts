import type { TaskAssignment, TaskCancel } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import type { Database } from "@phoenix/platform/database";
import { createPeriodic, type Service } from "@phoenix/platform/lifecycle";
import type { Logger } from "@phoenix/platform/logging";
import { createBacklog, type DueTask } from "./backlog.ts";
import { type ClaimedTask, claimTasks, type HeldHost } from "./claim-tasks.ts";
import { createDispatchPlan } from "./dispatch-plan.ts";
import { findWork } from "./find-work.ts";
import { createHeldBack } from "./held-back.ts";
import { lookAtHostsTasks, lookForTasks, noHorizon, raiseHorizon, type SeenTask } from "./look-for-tasks.ts";
import { takeCancels } from "./take-cancels.ts";
import { wakeChannel } from "./wake.ts";

/** Where the dispatcher finds the agents this replica can reach. */
export type AgentDirectory = {
  /** A host whose agent introduced itself and can take work now; undefined for any other. */
  ready(hostId: string): HeldHost | undefined;
  /** Gives a try to the agent of a host; false when it cannot take it any more. */
  assign(hostId: string, session: bigint, assignment: TaskAssignment): boolean;
  /** Tells the agent of a host that a task was called off; false when it is away. */
  cancel(hostId: string, cancel: TaskCancel): boolean;
};

/** What a dispatcher needs. */
export type DispatcherOptions = {
  db: Database;
  agents: AgentDirectory;
  logger: Logger;
  leaseMs: number;
  /** Longest time a task that is due waits when no notice arrives. */
  pollIntervalMs: number;
  /** Least time between the beginnings of two looks that notices ask for. */
  wakeDebounceMs: number;
  /** Most tasks, and hosts, of one claim. */
  claimBatch: number;
  /** Most tasks of one look; what is seen and not given yet is twice as much at most. Default 100,000. */
  sightLimit?: number;
  /** Counts tries given to agents. */
  onAssigned(count: number): void;
};

/** Gives due tasks to the agents of this replica. */
export type Dispatcher = Service & {
  /** Looks soon: at one host that began to take work, or at everything. */
  wake(hostId?: string): void;
  /** A try of this host ended: what waited for that is given soon, if the host is of this replica. */
  tryEnded(hostId: string): void;
};

/** A hundred bytes each. */
const usualSight = 100_000;
/** Most tasks of one host in a claim, so that its outbox has been written before the next. */
const hostShare = 100;

/**
 * Creates the dispatcher. A notice makes it look at what began to wait since the
 * last look; everything is looked at after the poll interval at the latest, and
 * when something else than waiting may have made work. What is due waits in a
 * backlog, and looks go on while it is given: what is urgent does not wait for
 * what was seen before it. A try that cannot be handed over after all is
 * left to its lease, or to the agent's next Hello, whichever comes first.
 */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { db, agents, logger, leaseMs, claimBatch, sightLimit = usualSight } = options;
  const plan = createDispatchPlan({ pollIntervalMs: options.pollIntervalMs });
  const backlog = createBacklog({ limit: claimBatch, hostShare });
  const heldBack = createHeldBack(sightLimit);
  let stopListening: (() => Promise<void>) | undefined;
  let debounce: NodeJS.Timeout | undefined;
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  let newest = noHorizon;
  let floor = noHorizon;
  /** A run is under way; a notice then is for it. */
  let running = false;
  let noticed = false;
  let looking: Promise<void> | undefined;
  /** There is more than was seen. */
  let cut = false;
  /** Tries given since everything was looked at. */
  let givenSince = 0;

  const give = (claimed: readonly ClaimedTask[]): void => {
    const given = claimed.filter((task) => agents.assign(task.hostId, task.session, task.assignment));
    options.onAssigned(given.length);
    if (given.length < claimed.length) {
      logger.info({ missed: claimed.length - given.length }, "agents went away before their tasks reached them");
    }
  };

  // Two hands: while one's tries are written to streams, PostgreSQL works for the other.
  const withTwoHands = async (hand: () => Promise<void>): Promise<void> => {
    const ends = await Promise.allSettled([hand(), hand()]);
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  };

  const tellCancels = async (hostIds: Iterable<string>): Promise<void> => {
    const held = [...new Set(hostIds)].flatMap((hostId) => agents.ready(hostId) ?? []);
    for (const { hostId, cancel } of await takeCancels(db, held)) agents.cancel(hostId, cancel);
  };

  const note = async (tasks: readonly SeenTask[]): Promise<void> => {
    backlog.add(tasks.filter(({ due }) => due));
    await tellCancels(tasks.flatMap(({ cancelled, hostId }) => (cancelled ? hostId : [])));
  };

  /** Looks at hosts by themselves, each for its share of what a look shows. */
  const lookAtHosts = async (hostIds: readonly string[]): Promise<void> => {
    const ready = hostIds.filter((hostId) => agents.ready(hostId) !== undefined);
    if (ready.length === 0) return;
    const tasks = await lookAtHostsTasks(db, ready, Math.ceil(sightLimit / ready.length));
    backlog.forget(ready);
    await note(tasks);
  };

  const lookAtNew = async (): Promise<void> => {
    if (backlog.size() >= sightLimit) {
      cut = true;
      plan.wish("any");
      return;
    }
    const { tasks, horizon } = await lookForTasks(db, newest, sightLimit);
    newest = horizon;
    // The rest is behind the horizon now.
    if (tasks.length === sightLimit) {
      cut = true;
      plan.wish("any");
    }
    await note(tasks);
  };

  const lookAtAll = async (): Promise<void> => {
    floor = await raiseHorizon(db, floor);
    const { tasks, horizon } = await lookForTasks(db, floor, sightLimit);
    newest = horizon;
    plan.looked();
    backlog.clear();
    heldBack.clear();
    givenSince = 0;
    cut = tasks.length === sightLimit;
    await note(tasks);
    if (!cut) return;
    plan.wish("any");
    const usable = tasks.filter(({ hostId }) => agents.ready(hostId) !== undefined);
    if (usable.length >= sightLimit / 2) return;
    // Hosts that take nothing now must not hide the others behind all that waits for them.
    await lookAtHosts(await findWork(db));
  };

  const look = async (): Promise<void> => {
    noticed = false;
    lookedAtMs = performance.now();
    const { everything, hosts } = plan.take(backlog.size() > 0);
    await lookAtHosts(hosts);
    await (everything ? lookAtAll() : lookAtNew());
  };

  const claimAndGive = async (tasks: readonly DueTask[]): Promise<void> => {
    const named = tasks.flatMap((task) => {
      const held = agents.ready(task.hostId);
      return held === undefined ? [] : { ...task, session: held.session };
    });
    const freed = await heldBack.claiming(named, async () => {
      const claimed = await claimTasks(db, named, leaseMs);
      givenSince += claimed.length;
      give(claimed);
      return new Set(claimed.map(({ taskSeq }) => taskSeq));
    });
    backlog.add(freed);
  };

  const giveBacklog = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      const tasks = backlog.take();
      if (tasks.length > 0) await claimAndGive(tasks);
      else if (looking === undefined) return;
      // What the other hand finds is for both; if it fails, it is the one to tell.
      else await Promise.allSettled([looking]);
      if (looking !== undefined || backlog.size() === 0 || !(noticed || plan.isDue(true))) continue;
      looking = look().finally(() => {
        looking = undefined;
      });
      await looking;
    }
  };

  const dispatch = async (signal: AbortSignal): Promise<void> => {
    running = true;
    try {
      do {
        await look();
        await withTwoHands(() => giveBacklog(signal));
        // Where most of what was seen could not be given, the next look would find the same.
        if (cut && givenSince >= sightLimit / 2) plan.hurry();
      } while ((noticed || plan.isDue(false)) && !signal.aborted);
    } catch (error) {
      // What was taken and not claimed is seen again.
      backlog.clear();
      plan.wish("any");
      throw error;
    } finally {
      running = false;
    }
    const waitMs = plan.waitMs();
    if (waitMs !== null) wake(waitMs);
  };

  const duty = createPeriodic({ name: "dispatch tasks", intervalMs: options.pollIntervalMs, run: dispatch, logger });

  // A lone notice is acted on at once, a flood of them in steps.
  const wake = (afterMs = 0): void => {
    debounce ??= setTimeout(
      () => {
        debounce = undefined;
        if (running) noticed = true;
        else duty.wake();
      },
      Math.max(afterMs, lookedAtMs + options.wakeDebounceMs - performance.now()),
    );
  };

  return {
    async start() {
      stopListening = await db.listen(wakeChannel, (reason) => {
        // Without a word some notices may have been missed.
        if (reason !== "new") plan.wish("any");
        wake();
      });
      await duty.start();
    },
    async stop() {
      clearTimeout(debounce);
      await stopListening?.();
      stopListening = undefined;
      await duty.stop();
    },
    wake(hostId) {
      plan.wish(hostId === undefined ? "any" : { hostId });
      wake();
    },
    tryEnded(hostId) {
      const freed = heldBack.freed(hostId);
      if (freed.length === 0) return;
      backlog.add(freed);
      wake();
    },
  };
}
