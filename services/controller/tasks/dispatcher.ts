import type { TaskAssignment, TaskCancel } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import type { Database } from "@phoenix/platform/database";
import { createPeriodic, type Service } from "@phoenix/platform/lifecycle";
import type { Logger } from "@phoenix/platform/logging";
import { type ClaimedTask, claimTasks, type HeldHost, shareOfHost } from "./claim-tasks.ts";
import { findWork, type HostWork } from "./find-work.ts";
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
  /** Counts tries given to agents. */
  onAssigned(count: number): void;
};

/** Gives due tasks to the agents of this replica. */
export type Dispatcher = Service & {
  /** Looks soon. */
  wake(): void;
};

/**
 * Creates the dispatcher: it looks when a notice comes, and after the poll
 * interval at the latest. A try that cannot be handed over after all is left to
 * its lease, or to the agent's next Hello, whichever comes first.
 */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { db, agents, logger } = options;
  let stopListening: (() => Promise<void>) | undefined;
  let debounce: NodeJS.Timeout | undefined;
  let lookedAtMs = Number.NEGATIVE_INFINITY;

  const give = async (held: readonly HeldHost[], signal: AbortSignal): Promise<void> => {
    for (let hosts = held; hosts.length > 0 && !signal.aborted; ) {
      const claimed = await claimTasks(db, hosts, options.leaseMs, options.claimBatch);
      const given = claimed.filter((task) => agents.assign(task.hostId, task.session, task.assignment));
      options.onAssigned(given.length);
      if (given.length < claimed.length) {
        logger.info({ missed: claimed.length - given.length }, "agents went away before their tasks reached them");
      }
      hosts = withMore(hosts, claimed, options.claimBatch);
    }
  };

  const dispatch = async (signal: AbortSignal): Promise<void> => {
    lookedAtMs = performance.now();
    const work = await findWork(db);
    const readyOnes = (wanted: (one: HostWork) => boolean): HeldHost[] =>
      work.flatMap((one) => (wanted(one) ? (agents.ready(one.hostId) ?? []) : []));
    const due = readyOnes((one) => one.due);
    const parts = Array.from({ length: Math.ceil(due.length / options.claimBatch) }, (_, index) =>
      due.slice(index * options.claimBatch, (index + 1) * options.claimBatch),
    ).values();
    // Two hands: while one's tries are written to streams, PostgreSQL works for the other.
    const hand = async (): Promise<void> => {
      for (const part of parts) await give(part, signal);
    };
    await Promise.all([hand(), hand()]);
    const cancels = await takeCancels(
      db,
      readyOnes((one) => one.cancelled),
    );
    for (const { hostId, cancel } of cancels) agents.cancel(hostId, cancel);
  };

  const duty = createPeriodic({ name: "dispatch tasks", intervalMs: options.pollIntervalMs, run: dispatch, logger });

  // A lone notice is acted on at once, a flood of them in steps.
  const wake = (): void => {
    debounce ??= setTimeout(
      () => {
        debounce = undefined;
        duty.wake();
      },
      Math.max(0, lookedAtMs + options.wakeDebounceMs - performance.now()),
    );
  };

  return {
    async start() {
      stopListening = await db.listen(wakeChannel, wake);
      await duty.start();
    },
    async stop() {
      clearTimeout(debounce);
      await stopListening?.();
      stopListening = undefined;
      await duty.stop();
    },
    wake,
  };
}

/** The hosts that used up their share of a claim, and so may have more to do. */
function withMore(hosts: readonly HeldHost[], claimed: readonly ClaimedTask[], claimBatch: number): HeldHost[] {
  const counts = new Map<string, number>();
  for (const { hostId } of claimed) counts.set(hostId, (counts.get(hostId) ?? 0) + 1);
  const share = shareOfHost(hosts.length, claimBatch);
  return hosts.filter(({ hostId }) => (counts.get(hostId) ?? 0) >= share);
}
