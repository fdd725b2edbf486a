import type { Evidence } from "../summaries/index.ts";
import { analyzeCandidate, type CandidateVerdict, type Plan } from "../verdict/index.ts";
import { gatherEvidence } from "./gather-evidence.ts";
import { type PackedPanel, unpackPanel } from "./packed-panel.ts";

/** What is asked of a panel; plain values, so that it can go to another thread. */
export interface JudgeTask {
  readonly plan: Plan;
  readonly baselineVariant: string;
  /** The candidates to judge now. */
  readonly open: readonly string[];
  /** Candidates that share the error rate, those judged before included. */
  readonly candidates: number;
  readonly hostIds: readonly string[];
  readonly mustKeep: readonly string[];
  /** Digest each arm was started with, by variant. */
  readonly configDigests: Readonly<Record<string, string>>;
  readonly final: boolean;
  readonly measureFromMs?: number | undefined;
  /** Until when what was measured must have been delivered, of the last analysis. */
  readonly endedMs?: number | undefined;
}

/** One candidate, judged. */
export interface Judged {
  readonly variant: string;
  readonly verdict: CandidateVerdict;
  readonly evidence: Evidence;
}

/** Judges the candidates of a task on the windows of a panel. Takes the time it takes: see judge-apart. */
export function judgeCandidates(task: JudgeTask, panel: PackedPanel): Judged[] {
  const arms = unpackPanel(panel);
  const { baselineVariant, configDigests } = task;
  return task.open.map((variant) => {
    const verdict = analyzeCandidate({
      plan: task.plan,
      arms,
      baselineVariant,
      candidateVariant: variant,
      candidates: task.candidates,
      hostIds: task.hostIds,
      mustKeep: task.mustKeep,
      digests: { baseline: configDigests[baselineVariant], candidate: configDigests[variant] },
      final: task.final,
      measureFromMs: task.measureFromMs,
      endedMs: task.endedMs,
    });
    return { variant, verdict, evidence: gatherEvidence(task, variant, arms, verdict) };
  });
}
