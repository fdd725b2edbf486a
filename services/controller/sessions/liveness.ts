import type { Database } from "@phoenix/platform/database";
import { createPeriodic, type Service } from "@phoenix/platform/lifecycle";
import type { Logger } from "@phoenix/platform/logging";
import { markLostHosts, storeSigns } from "../fleet/index.ts";
import type { AgentSession } from "./agent-session.ts";
import type { SessionRegistry } from "./session-registry.ts";

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
  heartbeatIntervalMs: number;
  /** Heartbeats missed after which an agent is lost. */
  missedHeartbeats: number;
  onHostChanged(): void;
};

/**
 * Creates the watch. Each look ends sessions that were silent for too long or
 * whose credential is over, or whose agent does not read, stores the signs of life of the others (which also
 * finds the ones that were replaced on another replica), and marks hosts lost
 * that no replica hears any more.
 */
export function createLiveness(options: LivenessOptions): Liveness {
  const { db, logger, registry, heartbeatIntervalMs, missedHeartbeats } = options;
  const silentMs = heartbeatIntervalMs * missedHeartbeats;

  const check = async (): Promise<void> => {
    const now = performance.now();
    for (const session of registry.all()) {
      if (now - session.heardAtMs > silentMs) session.link.close("missed-heartbeats");
      else if (session.credentialExpireAt.getTime() <= Date.now()) session.link.close("credential-expired");
      else if (congestedForMs(session, now) > silentMs) session.link.close("slow-reader");
    }
    await storeHeard(registry.all().filter((session) => session.heardAtMs > session.storedAtMs));
    // The sign of a living agent is stored an interval late at most.
    const lost = await markLostHosts(db, silentMs + heartbeatIntervalMs);
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

  const duty = createPeriodic({ name: "watch agents", intervalMs: heartbeatIntervalMs, run: check, logger });
  return { start: () => duty.start(), stop: () => duty.stop(), check };
}

/** How long the session's link has been congested at every look, in milliseconds. */
function congestedForMs(session: AgentSession, now: number): number {
  session.congestedSinceMs = session.link.congested() ? (session.congestedSinceMs ?? now) : null;
  return session.congestedSinceMs === null ? 0 : now - session.congestedSinceMs;
}

function signOf({ hostId, session, agentCpuRatio, agentRssBytes }: AgentSession) {
  return { hostId, session, agentCpuRatio, agentRssBytes };
}
