import type { TaskAssignment, TaskCancel } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import type { AgentDirectory, HeldHost } from "../tasks/index.ts";
import type { AgentSession } from "./agent-session.ts";

/** The sessions this replica holds, at most one a host. */
export type SessionRegistry = AgentDirectory & {
  /** Holds a session and ends an older one of its host as replaced; false, and not held, when a newer one is held. */
  open(session: AgentSession): boolean;
  /** The session of a host; undefined when this replica holds none. */
  get(hostId: string): AgentSession | undefined;
  /** Lets go of a session; a newer one of the same host stays. */
  remove(session: AgentSession): void;
  /** All sessions, in no order. */
  all(): AgentSession[];
  /** Resolves when no session is held. */
  whenEmpty(): Promise<void>;
};

/** Creates an empty registry; `onSize` hears of every change of the number of sessions. */
export function createSessionRegistry(onSize: (size: number) => void): SessionRegistry {
  const sessions = new Map<string, AgentSession>();
  const waitingForEmpty: (() => void)[] = [];

  return {
    open(session) {
      const held = sessions.get(session.hostId);
      if (held !== undefined && held.session > session.session) return false;
      sessions.set(session.hostId, session);
      onSize(sessions.size);
      held?.link.close("newer-session");
      return true;
    },
    get: (hostId) => sessions.get(hostId),
    remove(session) {
      if (sessions.get(session.hostId) !== session) return;
      sessions.delete(session.hostId);
      onSize(sessions.size);
      if (sessions.size === 0) for (const resolve of waitingForEmpty.splice(0)) resolve();
    },
    all: () => [...sessions.values()],
    async whenEmpty() {
      if (sessions.size > 0) await new Promise<void>((resolve) => waitingForEmpty.push(resolve));
    },
    ready(hostId: string): HeldHost | undefined {
      const held = sessions.get(hostId);
      return held?.introduced && held.link.ready() ? held : undefined;
    },
    assign(hostId: string, number: bigint, assignment: TaskAssignment): boolean {
      const held = sessions.get(hostId);
      return held !== undefined && held.session === number && held.link.assign(assignment);
    },
    cancel: (hostId: string, cancel: TaskCancel): boolean => sessions.get(hostId)?.link.cancel(cancel) ?? false,
  };
}
