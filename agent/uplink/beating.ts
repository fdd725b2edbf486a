import type { Welcome } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import { durationMsOf } from "./duration.ts";

const defaultHeartbeatMs = 10_000;

/** Sends heartbeats as often as the controller asks: more often while the agent works. Gives what ends it. */
export function startBeating(
  { heartbeatInterval, workingHeartbeatInterval }: Welcome,
  events: { working(): boolean; beat(): void },
): () => void {
  const idleMs = durationMsOf(heartbeatInterval, defaultHeartbeatMs) || defaultHeartbeatMs;
  const stepMs = Math.min(idleMs, durationMsOf(workingHeartbeatInterval, idleMs) || idleMs);
  let silentMs = 0;
  const timer = setInterval(() => {
    silentMs += stepMs;
    if (silentMs < idleMs && !events.working()) return;
    silentMs = 0;
    events.beat();
  }, stepMs);
  return () => clearInterval(timer);
}
