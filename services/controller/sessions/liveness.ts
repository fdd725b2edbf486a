import type { Database } from "@phoenix/platform/database";
import { createPeriodic, type Service } from "@phoenix/platform/lifecycle";
import type { Logger } from "@phoenix/platform/logging";
import { markLostHosts, storeSigns } from "../fleet/index.ts";
import type { AgentSession } from "./agent-session.ts";
import type { HeartbeatPace } from "./heartbeat-pace.ts";
import type { SessionRegistry } from "./session-registry.ts";

/** In how many slices the signs of a whole fleet are stored: a statement for very many would hold up everything else. */
const looksPerHeartbeat = 16;
/** In how many looks every session is looked at once: at all of a large fleet, a look would hold up everything else too. */
const looksPerRound = 4;
/** Heartbeats between two counts of the fleet, which decide how often its agents are heard. */
const heartbeatsPerCount = 10;

/** Watches over the sessions of this replica, and stores in batches that their agents live. */
export type Liveness = Service & {
  /** One look now. */
  check(): Promise<void>;
};

/** What the watch needs. */
export type LivenessOptions = {
  db: Database;
  logger: Logger;
  registry: SessionRegistry;
  pace: HeartbeatPace;
  /** The shortest time between heartbeats that agents are told. */
  heartbeatIntervalMs: number;
  /** Heartbeats missed after which an agent is lost. */
  missedHeartbeats: number;
  onHostChanged(): void;
};

/**
 * Creates the watch. Each look, at a part of the sessions, ends those that were
 * silent for too long, whose credential is over, or whose agent does not read,
 * and stores the signs of life of the others, which also finds the ones that were
 * replaced on another replica. Hosts that no replica hears any more are marked lost.
 */
export function createLiveness(options: LivenessOptions): Liveness {
  const { db, logger, registry, pace, heartbeatIntervalMs, missedHeartbeats } = options;
  const congestionMs = heartbeatIntervalMs * missedHeartbeats;
  const intervalMs = heartbeatIntervalMs / looksPerHeartbeat;

  const checkSessions = async (sessions: readonly AgentSession[]): Promise<void> => {
    const now = performance.now();
    const due: AgentSession[] = [];
    for (const session of sessions) {
      // It may have ended since the round began.
      if (registry.get(session.hostId) !== session) continue;
      if (now - session.heardAtMs > session.heartbeatIntervalMs * missedHeartbeats)
        session.link.close("missed-heartbeats");
      else if (session.credentialExpireAt.getTime() <= Date.now()) session.link.close("credential-expired");
      else if (congestedForMs(session, now) > congestionMs) session.link.close("slow-reader");
      else if (isDue(session, now)) due.push(session);
    }
    await storeHeard(due);
  };

  /** Looks at the whole fleet, held here or not: every row of it is read. */
  const checkFleet = async (): Promise<void> => {
    // The sign of a living agent is stored a heartbeat late at most; the grace is for the time that takes.
    const lost = await markLostHosts(db, missedHeartbeats + 1, heartbeatIntervalMs / 4);
    if (lost.length === 0) return;
    logger.warn({ hosts: lost.length, first: lost[0] }, "hosts were not heard any more and are lost");
    options.onHostChanged();
  };

  const storeHeard = async (heard: readonly AgentSession[]): Promise<void> => {
    const now = performance.now();
    const signs = heard.map((session) => ({ ...signOf(session), agoMs: now - session.heardAtMs }));
    const current = await storeSigns(db, signs);
    for (const session of heard) {
      if (current.has(session.hostId)) session.storedAtMs = now;
      else session.link.close("newer-session");
    }
  };

  let looks = 0;
  let round: readonly AgentSession[] = [];
  const look = async (): Promise<void> => {
    const turn = looks % looksPerRound;
    if (turn === 0) round = registry.all();
    const size = Math.ceil(round.length / looksPerRound);
    await checkSessions(round.slice(turn * size, (turn + 1) * size));
    looks += 1;
    if (looks % (looksPerHeartbeat * heartbeatsPerCount) === 1) await pace.refresh(db);
    if (looks % looksPerHeartbeat === 0) await checkFleet();
  };
  const duty = createPeriodic({ name: "watch agents", intervalMs, run: look, logger });
  return {
    start: () => duty.start(),
    stop: () => duty.stop(),
    async check() {
      await checkSessions(registry.all());
      await pace.refresh(db);
      await checkFleet();
    },
  };
}

/** A busy agent is heard all the time; that it lives is stored twice in the time of a heartbeat at most. */
function isDue({ heardAtMs, storedAtMs, heartbeatIntervalMs }: AgentSession, now: number): boolean {
  return heardAtMs > storedAtMs && now - storedAtMs > heartbeatIntervalMs / 2;
}

/** How long the session's link has been congested at every look at it, in milliseconds. */
function congestedForMs(session: AgentSession, now: number): number {
  session.congestedSinceMs = session.link.congested() ? (session.congestedSinceMs ?? now) : null;
  return session.congestedSinceMs === null ? 0 : now - session.congestedSinceMs;
}

function signOf({ hostId, session, agentCpuRatio, agentRssBytes }: AgentSession) {
  return { hostId, session, agentCpuRatio, agentRssBytes };
}
