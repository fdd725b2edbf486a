import type { Block } from "./blocks.ts";
import { isCoherent } from "./pairs.ts";
import type { MeasuredWindow } from "./panel.ts";
import { findingStreakBlocks, type Plan, pairLossLimitRatio } from "./plan.ts";
import { counted, moment, percent } from "./wording.ts";

/** Points by which one arm may lose more windows than the other. */
const imbalanceLimitRatio = 0.02;

/** Share of sightings of must-keep processes the baseline has to report. */
const baselineRetentionRatio = 0.999;

/** Digest each arm was started with; an absent one is taken from each host's first window. */
export interface ExpectedDigests {
  readonly baseline?: string | undefined;
  readonly candidate?: string | undefined;
}

interface Context {
  readonly plan: Plan;
  readonly digests: ExpectedDigests;
  /** First known digest of each arm, by host. */
  readonly firstDigests: Readonly<Record<"baseline" | "candidate", Map<string, string>>>;
}

function delivered(block: Block): MeasuredWindow[] {
  return block.windows.flatMap(({ baseline, candidate }) =>
    [baseline, candidate].filter((window) => window !== undefined),
  );
}

function baselines(block: Block): MeasuredWindow[] {
  return block.windows
    .map(({ baseline }) => baseline)
    .filter((window) => window?.complete === true && window.up) as MeasuredWindow[];
}

/** Most hosts a sentence names. */
const namedHosts = 3;

/** Hosts that delivered nothing of either arm in a block. */
function silentHosts(block: Block): string[] {
  const heard = new Set<string>();
  for (const { hostId, baseline, candidate } of block.windows) if (baseline ?? candidate) heard.add(hostId);
  return [...new Set(block.windows.map(({ hostId }) => hostId))].filter((hostId) => !heard.has(hostId));
}

function pairLoss(block: Block): string | null {
  const lost = block.windows.filter(({ fate }) => fate === "lost").length / block.windows.length;
  if (lost <= pairLossLimitRatio) return null;
  const silent = silentHosts(block);
  const names = silent.slice(0, namedHosts).join(", ");
  const more = silent.length > namedHosts ? ` and ${silent.length - namedHosts} more` : "";
  const from = silent.length > 0 ? `; nothing came from ${names}${more}` : "";
  return `${percent(lost)} of the window pairs are missing or unusable, at most ${percent(pairLossLimitRatio)} may be${from}`;
}

function armBalance(block: Block): string | null {
  const baseline = block.windows.filter(({ baselineLost }) => baselineLost).length / block.windows.length;
  const candidate = block.windows.filter(({ candidateLost }) => candidateLost).length / block.windows.length;
  return Math.abs(baseline - candidate) > imbalanceLimitRatio
    ? `the baseline lost ${percent(baseline)} of its windows and the candidate ${percent(candidate)}, they may differ by ${percent(imbalanceLimitRatio)}`
    : null;
}

function baselineDrops(block: Block): string | null {
  const dropped = baselines(block).reduce((sum, window) => sum + window.droppedPoints, 0);
  const rejected = baselines(block).reduce((sum, window) => sum + window.rejectedRequests, 0);
  return dropped > 0 || rejected > 0
    ? `the baseline dropped ${counted(dropped, "data point")} and ${counted(rejected, "request")} could not be read`
    : null;
}

function baselineRetention(block: Block): string | null {
  const seen = baselines(block).flatMap((window) => window.sightings.filter((sighting) => sighting.oracleSeen));
  const reported = seen.filter((sighting) => sighting.reported).length;
  return reported < seen.length * baselineRetentionRatio
    ? `the baseline reported ${percent(reported / seen.length)} of the must-keep processes that ran, at least ${percent(baselineRetentionRatio)} is needed`
    : null;
}

function clocks(block: Block, { plan }: Context): string | null {
  const offsets = delivered(block).map((window) => window.clockOffsetMs);
  const apartMs =
    offsets.reduce((most, offset) => Math.max(most, offset), -Infinity) -
    offsets.reduce((least, offset) => Math.min(least, offset), Infinity);
  return apartMs > plan.windowMs
    ? `the clocks of the hosts are ${apartMs} ms apart, more than a window of ${plan.windowMs} ms`
    : null;
}

function configDigest(block: Block, { digests, firstDigests }: Context): string | null {
  for (const pair of block.windows) {
    for (const arm of ["baseline", "candidate"] as const) {
      const window = pair[arm];
      if (window === undefined || !window.complete || !window.up) continue;
      // A collector that comes and goes may not have said yet what it runs: rule 1 has it.
      if (arm === "candidate" && pair.fate === "fault" && window.configDigest === "") continue;
      const first = firstDigests[arm];
      if (window.configDigest !== "" && !first.has(pair.hostId)) first.set(pair.hostId, window.configDigest);
      const expected = digests[arm] ?? first.get(pair.hostId) ?? window.configDigest;
      if (window.configDigest !== expected) {
        return `the ${arm} on host ${pair.hostId} ran configuration ${window.configDigest.slice(0, 12) || "unknown"} instead of ${expected.slice(0, 12)} at ${moment(window.startMs)}`;
      }
    }
  }
  return null;
}

function numbers(block: Block): string | null {
  const wrong = block.windows.find((pair) =>
    [pair.baseline, pair.candidate].some((window) => window?.complete === true && !isCoherent(window)),
  );
  return wrong === undefined
    ? null
    : `the numbers of host ${wrong.hostId} at ${moment(wrong.startMs)} contradict each other`;
}

/** The checks of rule 0 by name: each says what is wrong with a block, or null. */
const checks = {
  "pair-loss": pairLoss,
  "arm-balance": armBalance,
  "baseline-drops": baselineDrops,
  "baseline-retention": baselineRetention,
  clocks,
  "config-digest": configDigest,
  numbers,
} satisfies Record<string, (block: Block, context: Context) => string | null>;

/** What each check allows, for a check that never failed. */
const promises: Record<keyof typeof checks, string> = {
  "pair-loss": `At most ${percent(pairLossLimitRatio)} of the window pairs of a block were missing.`,
  "arm-balance": "Neither arm lost noticeably more windows than the other.",
  "baseline-drops": "The baseline dropped nothing.",
  "baseline-retention": "The baseline reported the must-keep processes that ran.",
  clocks: "The clocks of the hosts agree to within a window.",
  "config-digest": "Both arms ran the configuration they were started with.",
  numbers: "No numbers contradict each other.",
};

/** One check over all blocks. */
export interface ValidityCheck {
  readonly name: string;
  readonly holds: boolean;
  readonly detail: string;
}

/** Rule 0 over all closed blocks. */
export interface Validity {
  readonly checks: readonly ValidityCheck[];
  /** Start of each block that failed a check and so is no evidence. */
  readonly badBlocks: ReadonlySet<number>;
  /** Why the measurement is not to be trusted: the newest failures of more than two bad blocks in a row. Null while it is. */
  readonly untrusted: string | null;
}

/**
 * Checks the measurement itself. Only faults of the oracle, the baseline or the
 * host count; a candidate that breaks is judged by rule 1, or it could hide
 * behind "no data". Blocks in time order.
 */
export function checkValidity(blocks: readonly Block[], plan: Plan, digests: ExpectedDigests): Validity {
  const context: Context = { plan, digests, firstDigests: { baseline: new Map(), candidate: new Map() } };
  const names = Object.keys(checks) as (keyof typeof checks)[];
  const failures = blocks.map((block) => {
    const found = names.map((name) => [name, checks[name](block, context)] as const);
    return new Map(found.filter((entry): entry is readonly [keyof typeof checks, string] => entry[1] !== null));
  });

  let streak: Map<keyof typeof checks, string>[] = [];
  for (const failed of failures) {
    if (failed.size > 0) streak.push(failed);
    else if (streak.length >= findingStreakBlocks) break;
    else streak = [];
  }
  const trusted = streak.length < findingStreakBlocks;
  const newest = [...(streak.at(-1)?.values() ?? [])];

  return {
    badBlocks: new Set(blocks.filter((_, index) => (failures[index]?.size ?? 0) > 0).map((block) => block.startMs)),
    untrusted: trusted ? null : `${counted(streak.length, "block")} in a row failed: ${newest.join("; ")}`,
    checks: names.map((name) => {
      const details = failures.map((failed) => failed.get(name)).filter((detail) => detail !== undefined);
      const counts = `${details.length} of ${counted(blocks.length, "block")}`;
      return {
        name,
        holds: trusted || !streak.some((failed) => failed.has(name)),
        detail: details.length === 0 ? promises[name] : `Failed in ${counts}; last: ${details.at(-1)}.`,
      };
    }),
  };
}
