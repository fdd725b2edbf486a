import type { Block } from "./blocks.ts";
import { type KpiName, kpis } from "./kpi.ts";
import type { CandidateFault, PairWindow } from "./pairs.ts";
import { findingStreakBlocks, type Plan, pairLossLimitRatio } from "./plan.ts";
import type { Retention } from "./retention.ts";
import { sampleOf } from "./sample.ts";
import { counted, moment, percent } from "./wording.ts";

/** Restarts within three blocks on one host that make a crash loop. */
const crashLoopRestarts = 3;

/** Share of a host's windows in which the candidate's own faults do not yet forbid a promotion. */
const toleratedFaultRatio = 0.01;

const faultWords: Record<CandidateFault, string> = {
  down: "was not running",
  restarted: "restarted",
  silent: "sent nothing",
  dropping: "dropped data",
};

function lostProcess(retention: Retention, plan: Plan, byHost: ReadonlyMap<string, HostBlocks>): string | null {
  const lost = retention.misses.filter((miss) => miss.longestGapWindows > plan.retentionGapWindows);
  const first = lost.sort((a, b) => a.longestGapFromMs - b.longestGapFromMs)[0];
  if (first === undefined) return null;
  const others = lost.length > 1 ? ` (and ${lost.length - 1} more)` : "";
  return (
    `The candidate lost the must-keep process ${first.processName} on host ${first.hostId}${others}: ` +
    `from ${moment(first.longestGapFromMs)} on it was missing for ${counted(first.longestGapWindows, "window")} in a row ` +
    `while the baseline reported it; ${plan.retentionGapWindows} may be missed.` +
    crashWords(byHost.get(first.hostId) ?? [], first.longestGapFromMs)
  );
}

/** A process is also lost when the whole collector is: the reader has to look for the cause there. */
function crashWords(own: HostBlocks, fromMs: number): string {
  const crashed = own
    .flat()
    .filter(({ startMs, fault }) => startMs >= fromMs && (fault === "down" || fault === "restarted"));
  return crashed.length === 0
    ? ""
    : ` The candidate's collector crashed meanwhile: it was down or restarted in ${counted(crashed.length, "window")}.`;
}

/** The windows of one host, block by block. */
type HostBlocks = readonly PairWindow[][];

function blocksByHost(blocks: readonly Block[]): Map<string, PairWindow[][]> {
  const byHost = new Map<string, PairWindow[][]>();
  blocks.forEach((block, index) => {
    for (const window of block.windows) {
      const own = byHost.get(window.hostId) ?? blocks.map(() => []);
      own[index]?.push(window);
      byHost.set(window.hostId, own);
    }
  });
  return byHost;
}

/** Every run of three consecutive blocks of one host. */
function* streaksOf(own: HostBlocks): Generator<PairWindow[][]> {
  for (let end = findingStreakBlocks; end <= own.length; end++) yield own.slice(end - findingStreakBlocks, end);
}

const isFault = (window: PairWindow): boolean => window.fate === "fault";

function crashLoop(hostId: string, own: HostBlocks): string | null {
  // Two blocks are no streak yet, but a crash loop within them is one already.
  const spells = own.length < findingStreakBlocks ? [own.flat()] : [...streaksOf(own)].map((streak) => streak.flat());
  for (const windows of spells) {
    const faults = windows.filter(isFault);
    const restarts = faults.reduce((sum, { candidate }) => sum + (candidate?.restarts ?? 0), 0);
    if (restarts < crashLoopRestarts) continue;
    return (
      `The candidate's collector on host ${hostId} crashed again and again: ${counted(restarts, "restart")} ` +
      `within ${counted(findingStreakBlocks, "block")}, from ${moment(faults[0]?.startMs ?? 0)} on.`
    );
  }
  return null;
}

function persistentFault(hostId: string, own: HostBlocks): string | null {
  for (const streak of streaksOf(own)) {
    const spoiled = streak.every((windows) => windows.filter(isFault).length > pairLossLimitRatio * windows.length);
    if (!spoiled) continue;
    const windows = streak.flat();
    const faults = windows.filter(isFault);
    const last = faults.at(-1)?.fault ?? "down";
    return (
      `The candidate's collector on host ${hostId} failed in ${counted(findingStreakBlocks, "block")} in a row while ` +
      `the baseline was well: ${faults.length} of ${counted(windows.length, "window")} were spoiled, ` +
      `the last because it ${faultWords[last]}.`
    );
  }
  return null;
}

function capExceeded(hostId: string, own: HostBlocks, plan: Plan): string | null {
  const caps: { name: KpiName; cap: number; words: (value: number) => string }[] = [
    { name: "collector-cpu", cap: plan.maximumCpuRatio, words: (value) => `${percent(value)} of a core` },
    {
      name: "collector-rss",
      cap: plan.maximumRssBytes,
      words: (value) => `${(value / 2 ** 20).toFixed(0)} MiB of memory`,
    },
  ];
  for (const { name, cap, words } of caps) {
    for (const streak of streaksOf(own)) {
      const means = streak.map((windows) => {
        const watched = windows.flatMap(({ candidate }) =>
          candidate?.complete ? [kpis[name].countOf(candidate)] : [],
        );
        return kpis[name].shown(sampleOf(watched).mean, plan.windowMs);
      });
      if (!means.every((mean) => mean > cap)) continue;
      return (
        `The candidate's collector on host ${hostId} used up to ${words(Math.max(...means))}, ` +
        `over the cap of ${words(cap)}, in ${counted(findingStreakBlocks, "block")} in a row.`
      );
    }
  }
  return null;
}

/**
 * Rule 1: why the candidate is rejected whatever it saves, or null. A must-keep
 * process lost, a crash loop, a collector that keeps failing, or an absolute
 * cap exceeded for three blocks in a row.
 */
export function findHardRejection(blocks: readonly Block[], retention: Retention, plan: Plan): string | null {
  const byHost = blocksByHost(blocks);
  const lost = lostProcess(retention, plan, byHost);
  if (lost !== null) return lost;
  for (const [hostId, own] of byHost) {
    const found = crashLoop(hostId, own) ?? persistentFault(hostId, own) ?? capExceeded(hostId, own, plan);
    if (found !== null) return found;
  }
  return null;
}

/** The candidate's own faults, which a promotion tolerates only in passing. */
export interface CandidateFaults {
  readonly windows: number;
  /** On no host more than the retention gap or 1 % of the windows. */
  readonly tolerable: boolean;
}

/** Counts the windows that the candidate's own collector spoiled. */
export function countCandidateFaults(blocks: readonly Block[], plan: Plan): CandidateFaults {
  const perHost = [...blocksByHost(blocks).values()].map((own) => {
    const windows = own.flat();
    return { faults: windows.filter(isFault).length, windows: windows.length };
  });
  return {
    windows: perHost.reduce((sum, { faults }) => sum + faults, 0),
    tolerable: perHost.every(
      ({ faults, windows }) => faults <= Math.max(plan.retentionGapWindows, toleratedFaultRatio * windows),
    ),
  };
}
