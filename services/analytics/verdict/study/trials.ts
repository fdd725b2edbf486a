import type { BlockMeans } from "../block-means.ts";
import { calibrate } from "../calibrate.ts";
import { candidateOffsets } from "../calibration.ts";
import { type Decision, decide } from "../decide.ts";
import { measureRatio } from "../effect.ts";
import { kpis, primaryKpi } from "../kpi.ts";
import type { Plan } from "../plan.ts";
import { nothingToKeep } from "../retention.ts";
import { seededNormal } from "../seeded.ts";
import { profiles, rule, type Setting } from "./settings.ts";
import { createSimulatedFleet } from "./simulated-fleet.ts";

/** How many trials of a setting ended how, by one estimator. */
export interface Tally {
  readonly estimator: Plan["estimator"];
  runs: number;
  promoted: number;
  /** Promotions within this many blocks, among the promoted. */
  promotedEarly: number;
  rejected: number;
  inconclusive: number;
  /** Trials called inconclusive although an interval allowed a promotion: must stay 0. */
  missedPromotions: number;
  /** Windows in a block, over all runs; divided by runs it is the mean. */
  blockWindows: number;
}

/** Blocks within which a promotion is early. */
export const earlyBlocks = 16;

/** Nothing counted yet. */
const emptyTally: Omit<Tally, "estimator"> = {
  runs: 0,
  promoted: 0,
  promotedEarly: 0,
  rejected: 0,
  inconclusive: 0,
  missedPromotions: 0,
  blockWindows: 0,
};

const estimators = ["typical-host", "fleet-total"] as const;

/** An experiment as the engine sees it: blocks, and what stands between them and the truth. */
interface Evidence {
  readonly means: readonly BlockMeans[];
  readonly blockWindows: number;
  readonly offsetBlocks: number;
}

/** Runs the A/A period, learns from it, and measures the longest experiment the profile allows. */
function measureTrial(setting: Setting, normal: () => number): Evidence {
  const fleet = createSimulatedFleet(setting, normal);
  const { windowMs, blockWindows, maximumBlocks } = profiles[setting.profile];
  const { calibrationWindows } = setting;
  const blocksOf = (windows: number): BlockMeans[] =>
    Array.from({ length: maximumBlocks }, () => fleet.nextBlock(windows));
  if (calibrationWindows === 0) {
    return { means: blocksOf(blockWindows), blockWindows, offsetBlocks: Number.POSITIVE_INFINITY };
  }
  const learned = calibrate({
    arms: fleet.calibrationArms(),
    startMs: 0,
    endMs: calibrationWindows * windowMs,
    windowMs,
    blockWindows,
    baselineVariant: "baseline",
    candidateVariants: ["candidate"],
    hostIds: [],
  });
  const offsets = candidateOffsets(learned.calibration, "candidate");
  const means = blocksOf(learned.blockWindows).map((block) =>
    block.map((host) => ({ ...host, offset: offsets.of(kpis[primaryKpi].name, host.hostId) })),
  );
  return { means, blockWindows: learned.blockWindows, offsetBlocks: offsets.windowsPerHost / learned.blockWindows };
}

/** Adds up two counts of the same setting and estimator. */
export function addTallies(one: Tally, other: Tally): Tally {
  return {
    estimator: one.estimator,
    runs: one.runs + other.runs,
    promoted: one.promoted + other.promoted,
    promotedEarly: one.promotedEarly + other.promotedEarly,
    rejected: one.rejected + other.rejected,
    inconclusive: one.inconclusive + other.inconclusive,
    missedPromotions: one.missedPromotions + other.missedPromotions,
    blockWindows: one.blockWindows + other.blockWindows,
  };
}

/** The verdict after every block until it is no longer `continue`; it is sticky, so that is the answer. */
function judge(evidence: Evidence, estimator: Plan["estimator"], setting: Setting) {
  const { minimumBlocks, maximumBlocks } = profiles[setting.profile];
  const { alpha, g, minimumReductionRatio } = rule;
  const { offsetBlocks } = evidence;
  const ratio = measureRatio(evidence.means, { estimator, g, alpha: 2 * alpha, offsetBlocks });
  let decision: Decision = "continue";
  let blocks = 0;
  let allowed = false;
  for (const [index, logRatio] of ratio.steps.entries()) {
    blocks = index + 1;
    allowed ||= blocks >= minimumBlocks && logRatio.high <= Math.log1p(-minimumReductionRatio);
    ({ decision } = decide({
      plan: { minimumBlocks, maximumBlocks, minimumReductionRatio, scopeAccepted: true },
      final: false,
      closedBlocks: blocks,
      untrusted: null,
      hardRejection: null,
      primary: { logRatio, estimate: { ...ratio.estimate, blocks } },
      guardrails: [],
      retention: nothingToKeep,
      faults: { windows: 0, tolerable: true },
    }));
    if (decision !== "continue") break;
  }
  return { decision, blocks, missed: decision === "inconclusive" && allowed };
}

/** Runs a setting this many times from a seed, each run judged by both estimators. */
export function countTrials(setting: Setting, runs: number, seed: number): Tally[] {
  const normal = seededNormal(seed);
  const tallies = estimators.map((estimator) => ({ ...emptyTally, estimator }));
  for (let run = 0; run < runs; run++) {
    const evidence = measureTrial(setting, normal);
    for (const tally of tallies) {
      const { decision, blocks, missed } = judge(evidence, tally.estimator, setting);
      tally.runs += 1;
      tally.blockWindows += evidence.blockWindows;
      if (decision === "promote") tally.promoted += 1;
      if (decision === "promote" && blocks <= earlyBlocks) tally.promotedEarly += 1;
      if (decision === "reject") tally.rejected += 1;
      if (decision === "inconclusive") tally.inconclusive += 1;
      if (missed) tally.missedPromotions += 1;
    }
  }
  return tallies;
}
