import { backoffMs } from "@phoenix/platform/lifecycle";
import type { Outcome } from "./judge-ending.ts";

/** When to dial again; `failures` goes into the next decision. */
export type Reconnect = { delayMs: number; failures: number };

const baseMs = 200;
const maxMs = 15_000;
/** A session that lasted this long wipes out the failures before it. */
const stableMs = 60_000;
/** Agents that one replica sends away must not arrive at the next one together. */
const drainSpreadMs = 2_000;
/** Where a controller without room begins: a ceiling of 3.2 s. */
const crowdedFailures = 4;

/**
 * How long to wait before dialling again: full jitter under a ceiling that
 * doubles from 0.2 s to 15 s, anew after a stable minute. A drain's own wait comes
 * on top and counts as no failure. Null for endings after which nothing follows.
 */
export function decideReconnect(
  outcome: Outcome,
  { failures, openMs }: { failures: number; openMs: number | null },
  random: () => number = Math.random,
): Reconnect | null {
  if (outcome.name === "left" || outcome.name === "fatal") return null;
  if (outcome.name === "drained") {
    return { delayMs: outcome.notBeforeMs + Math.floor(random() * drainSpreadMs), failures: 0 };
  }
  const before = openMs !== null && openMs >= stableMs ? 0 : failures;
  const counted = outcome.name === "crowded" ? Math.max(before, crowdedFailures) : before;
  return { delayMs: backoffMs(counted, { baseMs, maxMs }, random), failures: counted + 1 };
}
