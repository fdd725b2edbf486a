import type { AgentLink } from "./agent-link.ts";

/** One session of one host, held by this replica. */
export type AgentSession = {
  readonly hostId: string;
  readonly session: bigint;
  readonly link: AgentLink;
  readonly credentialExpireAt: Date;
  /** How often the agent is to be heard at least, as it was told. */
  readonly heartbeatIntervalMs: number;
  /** The agent said Hello and it is stored; no work is given before. */
  introduced: boolean;
  /** Names what the host's collector contains, as its agent said last; empty when it did not. */
  componentsDigest: string;
  /** When the agent was heard last, by the monotonic clock in milliseconds. */
  heardAtMs: number;
  /** When that was stored last. */
  storedAtMs: number;
  /** Since when its link is congested, by the monotonic clock; null while it is not. */
  congestedSinceMs: number | null;
  agentCpuRatio: number;
  agentRssBytes: bigint;
};

/** Makes a session that was heard just now. */
export function newAgentSession(
  identity: Pick<AgentSession, "hostId" | "session" | "credentialExpireAt" | "heartbeatIntervalMs">,
  link: AgentLink,
  introduced: boolean,
): AgentSession {
  return {
    ...identity,
    link,
    introduced,
    componentsDigest: "",
    heardAtMs: performance.now(),
    storedAtMs: 0,
    congestedSinceMs: null,
    agentCpuRatio: 0,
    agentRssBytes: 0n,
  };
}
