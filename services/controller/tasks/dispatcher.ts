import type { TaskAssignment, TaskCancel } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import type { Database } from "@phoenix/platform/database";
import { createPeriodic, type Service } from "@phoenix/platform/lifecycle";
import type { Logger } from "@phoenix/platform/logging";
import { createBacklog, type DueTask } from "./backlog.ts";
import { type ClaimedTask, claimNamedTasks, claimTasks, type HeldHost, shareOfHost } from "./claim-tasks.ts";
import { createDispatchPlan } from "./dispatch-plan.ts";
import { findWork } from "./find-work.ts";
import { lookForTasks, noHorizon, raiseHorizon, type SeenTask } from "./look-for-tasks.ts";
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

  /** Claims, of each host in turn, for as long as one may have more than its share. */
  const giveByHost = async (hostIds: readonly string[], signal: AbortSignal): Promise<void> => {
    const ready = hostIds.flatMap((hostId) => agents.ready(hostId) ?? []);
    const parts = Array.from({ length: Math.ceil(ready.length / claimBatch) }, (_, index) =>
      ready.slice(index * claimBatch, (index + 1) * claimBatch),
    );
    const queue = parts.values();
    await withTwoHands(async () => {
      for (const part of queue) {
        for (let hosts = part; hosts.length > 0 && !signal.aborted; ) {
          const claimed = await claimTasks(db, hosts, leaseMs, claimBatch);
          give(claimed);
          hosts = withMore(hosts, claimed, claimBatch).filter(({ hostId }) => agents.ready(hostId) !== undefined);
        }
      }
    });
  };

  const note = async (tasks: readonly SeenTask[]): Promise<void> => {
    backlog.add(tasks.filter(({ due }) => due));
    await tellCancels(tasks.flatMap(({ cancelled, hostId }) => (cancelled ? hostId : [])));
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

  const lookAtAll = async (signal: AbortSignal): Promise<void> => {
    floor = await raiseHorizon(db, floor);
    const { tasks, horizon } = await lookForTasks(db, floor, sightLimit);
    newest = horizon;
    plan.looked();
    backlog.clear();
    givenSince = 0;
    cut = tasks.length === sightLimit;
    await note(tasks);
    if (!cut) return;
    plan.wish("any");
    const usable = tasks.filter(({ hostId }) => agents.ready(hostId) !== undefined);
    if (usable.length >= sightLimit / 2) return;
    // Hosts that take nothing now must not hide the others behind all that waits for them.
    const work = await findWork(db);
    await giveByHost(
      work.flatMap(({ due, hostId }) => (due ? hostId : [])),
      signal,
    );
    await tellCancels(work.flatMap(({ cancelled, hostId }) => (cancelled ? hostId : [])));
  };

  const look = async (signal: AbortSignal): Promise<void> => {
    noticed = false;
    lookedAtMs = performance.now();
    const { everything, hosts } = plan.take();
    if (hosts.length > 0) {
      await giveByHost(hosts, signal);
      await tellCancels(hosts);
    }
    await (everything ? lookAtAll(signal) : lookAtNew());
  };

  const claimAndGive = async (tasks: readonly DueTask[]): Promise<void> => {
    const named = tasks.flatMap(({ taskSeq, hostId }) => {
      const held = agents.ready(hostId);
      return held === undefined ? [] : { taskSeq, session: held.session };
    });
    const claimed = await claimNamedTasks(db, named, leaseMs);
    givenSince += claimed.length;
    give(claimed);
  };

  const giveBacklog = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      const tasks = backlog.take();
      if (tasks.length > 0) await claimAndGive(tasks);
      else if (looking === undefined) return;
      // What the other hand finds is for both; if it fails, it is the one to tell.
      else await Promise.allSettled([looking]);
      if (looking !== undefined || backlog.size() === 0 || !(noticed || plan.isDue())) continue;
      looking = look(signal).finally(() => {
        looking = undefined;
      });
      await looking;
    }
  };

  const dispatch = async (signal: AbortSignal): Promise<void> => {
    running = true;
    try {
      do {
        await look(signal);
        await withTwoHands(() => giveBacklog(signal));
        // Where most of what was seen could not be given, the next look would find the same.
        if (cut && givenSince >= sightLimit / 2) plan.hurry();
      } while ((noticed || plan.isDue()) && !signal.aborted);
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
  };
}

/** The hosts that used up their share of a claim, and so may have more to do. */
function withMore(hosts: readonly HeldHost[], claimed: readonly ClaimedTask[], claimBatch: number): HeldHost[] {
  const counts = new Map<string, number>();
  for (const { hostId } of claimed) counts.set(hostId, (counts.get(hostId) ?? 0) + 1);
  const share = shareOfHost(hosts.length, claimBatch);
  return hosts.filter(({ hostId }) => (counts.get(hostId) ?? 0) >= share);
}
