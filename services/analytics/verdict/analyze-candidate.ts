import type { Interval } from "./anytime-t.ts";
import { type Assurance, assess } from "./assurance.ts";
import { type Block, cutBlocks } from "./blocks.ts";
import { candidateOffsets } from "./calibration.ts";
import { type CrossCheck, crossCheck } from "./cross-checks.ts";
import { type Decision, decide } from "./decide.ts";
import { type Effect, measureEffect, reductionOf } from "./effect.ts";
import { type Guardrail, judgeGuardrail } from "./guardrail.ts";
import { countCandidateFaults, findHardRejection } from "./hard-rejection.ts";
import { guardrailKpis, type KpiName, kpis, primaryKpi } from "./kpi.ts";
import { buildTimelines, type MeasuredArm } from "./panel.ts";
import { generalHosts, type Plan, pairLossLimitRatio } from "./plan.ts";
import { checkRetention, type Retention } from "./retention.ts";
import { checkValidity, type ExpectedDigests, type ValidityCheck } from "./validity.ts";

/** All that a verdict on one candidate is made of. */
export interface CandidateInput {
  readonly plan: Plan;
  readonly arms: readonly MeasuredArm[];
  readonly baselineVariant: string;
  readonly candidateVariant: string;
  /** Candidates that share the error rate: each is promoted at α/k. */
  readonly candidates: number;
  /** Hosts the experiment was planned with; empty takes those that delivered. */
  readonly hostIds: readonly string[];
  readonly mustKeep: readonly string[];
  readonly digests: ExpectedDigests;
  /** No more data will come: `continue` becomes `inconclusive`. */
  readonly final: boolean;
  /**
   * Windows that start before are no evidence: an A/A period, or what came
   * before all arms ran. The warm-up is counted from here. Absent takes all
   * windows, and counts the warm-up from when every arm that delivers had begun.
   */
  readonly measureFromMs?: number | undefined;
  /**
   * When measuring ended, for a final verdict: blocks until then that nobody
   * delivered are lost, so that hosts which all fell silent are unhealthy, not
   * merely undecided. Absent ends with the newest window.
   */
  readonly endedMs?: number | undefined;
}

/** An effect, and whether it keeps within its guardrail; false for effects that are none. */
export type JudgedEffect = Effect & { readonly guardrailHolds: boolean };

/** What is concluded of one candidate, and on what evidence. */
export interface CandidateVerdict {
  readonly decision: Decision;
  /** One sentence for people. */
  readonly reason: string;
  readonly primary: JudgedEffect;
  readonly effects: readonly JudgedEffect[];
  readonly retention: Retention;
  readonly checks: readonly ValidityCheck[];
  readonly assurance: Assurance;
  readonly crossChecks: readonly CrossCheck[];
  /** Blocks that count as evidence. */
  readonly blocks: number;
  /** Pair-windows in those blocks. */
  readonly pairWindows: number;
  /** Pair-windows of closed blocks that do not count. */
  readonly lostWindows: number;
  /** Hosts with evidence. */
  readonly hosts: number;
  readonly scope: "these hosts only" | "hosts like these";
  /** Reduction of the primary effect after each block. */
  readonly steps: readonly Interval[];
}

function pairsIn(blocks: readonly Block[]): number {
  return blocks.reduce((sum, block) => sum + block.windows.filter(({ fate }) => fate === "pair").length, 0);
}

/** A block is evidence when rule 0 holds in it and at most a tenth of its pairs is missing, for whatever reason. */
function isEvidence(block: Block, badBlocks: ReadonlySet<number>): boolean {
  return !badBlocks.has(block.startMs) && pairsIn([block]) >= (1 - pairLossLimitRatio) * block.windows.length;
}

/**
 * Judges one candidate against the baseline: windows become pairs, pairs
 * blocks, blocks estimates with anytime-valid intervals, and those a decision.
 * Pure: the same input gives the same verdict, whatever its order or the time.
 */
export function analyzeCandidate(input: CandidateInput): CandidateVerdict {
  const { plan, mustKeep, final } = input;
  const timelines = buildTimelines({ ...input, windowMs: plan.windowMs, fromMs: input.measureFromMs });
  const { closed, measuredFromMs } = cutBlocks(timelines, plan, {
    final,
    fromMs: input.measureFromMs,
    endedMs: input.endedMs,
  });
  const validity = checkValidity(closed, plan, input.digests);
  const evidence = closed.filter((block) => isEvidence(block, validity.badBlocks));

  const alpha = (2 * plan.alpha) / input.candidates;
  const offsets = candidateOffsets(plan.calibration, input.candidateVariant);
  const measure = (name: KpiName): Effect => measureEffect({ blocks: evidence, name, plan, alpha, offsets });
  const primary = measure(primaryKpi);
  const guardrails = guardrailKpis.map((name) => judgeGuardrail(measure(name), plan));
  const others = (Object.keys(kpis) as KpiName[]).filter(
    (name) => name !== primaryKpi && !guardrailKpis.includes(name),
  );

  const retention = checkRetention(timelines, measuredFromMs, plan, mustKeep);
  const faults = countCandidateFaults(closed, plan);
  const ruling = decide({
    plan,
    final,
    closedBlocks: closed.length,
    untrusted: validity.untrusted,
    hardRejection: findHardRejection(closed, retention, plan),
    primary,
    guardrails,
    retention,
    faults,
  });

  const pairWindows = pairsIn(evidence);
  const allWindows = closed.reduce((sum, block) => sum + block.windows.length, 0);
  return {
    ...ruling,
    primary: { ...primary, guardrailHolds: false },
    effects: [
      ...others.map((name) => ({ ...measure(name), guardrailHolds: false })),
      ...guardrails.map(({ effect, holds }: Guardrail) => ({ ...effect, guardrailHolds: holds })),
    ],
    retention,
    checks: validity.checks,
    assurance: assess({ plan, evidence, closedBlocks: closed.length, primary, retention, mustKeep, faults, offsets }),
    crossChecks: crossCheck(primary, plan),
    blocks: evidence.length,
    pairWindows,
    lostWindows: allWindows - pairWindows,
    hosts: primary.estimate.hosts,
    scope: primary.estimate.hosts >= generalHosts ? "hosts like these" : "these hosts only",
    steps: primary.steps.map(reductionOf),
  };
}
