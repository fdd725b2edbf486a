import type { Logger } from "@phoenix/platform/logging";
import type { AgentSession } from "./agent-session.ts";

/** Finds out what the collectors of hosts contain: each set is asked of one agent, however many have it. */
export type ComponentAsker = {
  /** An agent said by its facts which set its collector is; "" for none. */
  named(session: AgentSession, digest: string): void;
  /** An agent gave a sign of life: where its set is still looked for, it may be asked. */
  heard(session: AgentSession): void;
  /** A set was told. */
  told(digest: string): void;
};

/** An agent that was asked has this long, in milliseconds, before another is asked. */
const patienceMs = 10_000;
/** A set that is stored is looked for again after this long, in milliseconds: it may be pruned meanwhile. */
const trustMs = 600_000;
const mostRemembered = 10_000;

/** Creates it; `isStored` says whether a set is in the database, which another replica may have put there. */
export function createComponentAsker(options: {
  isStored(digest: string): Promise<boolean>;
  logger: Logger;
  /** Milliseconds that never go back; default performance.now. */
  now?: () => number;
}): ComponentAsker {
  const { isStored, logger, now = () => performance.now() } = options;
  /** When each was stored for certain, and when one looked for last. */
  const stored = new Map<string, number>();
  const looked = new Map<string, number>();

  const note = (times: Map<string, number>, digest: string): void => {
    if (times.size >= mostRemembered) times.clear();
    times.set(digest, now());
  };
  const within = (times: Map<string, number>, digest: string, spanMs: number): boolean => {
    const time = times.get(digest);
    return time !== undefined && now() - time < spanMs;
  };
  const told = (digest: string): void => {
    note(stored, digest);
    looked.delete(digest);
  };
  const look = (session: AgentSession): void => {
    const digest = session.componentsDigest;
    if (within(stored, digest, trustMs) || within(looked, digest, patienceMs)) return;
    note(looked, digest);
    isStored(digest).then(
      (known) => {
        if (known) told(digest);
        else session.link.requestComponents();
      },
      (error: unknown) => logger.debug({ err: error }, "not looked for what a collector contains; a heartbeat does"),
    );
  };

  return {
    named(session, digest) {
      session.componentsDigest = digest;
      if (digest !== "") look(session);
    },
    heard(session) {
      if (looked.has(session.componentsDigest)) look(session);
    },
    told,
  };
}
