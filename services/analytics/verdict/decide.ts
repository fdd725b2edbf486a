import { type Effect, reductionOf } from "./effect.ts";
import type { Guardrail } from "./guardrail.ts";
import type { CandidateFaults } from "./hard-rejection.ts";
import { generalHosts, type Plan } from "./plan.ts";
import type { Retention } from "./retention.ts";
import { counted, percent, reductionPhrase } from "./wording.ts";

/** What the evidence says; a decision other than `continue` is final. */
export type Decision = "continue" | "promote" | "reject" | "inconclusive" | "unhealthy";

/** All that the rule looks at. */
export interface Findings {
  readonly plan: Pick<Plan, "minimumBlocks" | "maximumBlocks" | "minimumReductionRatio" | "scopeAccepted">;
  /** No more data will come. */
  readonly final: boolean;
  /** Blocks closed so far, those that are no evidence included. */
  readonly closedBlocks: number;
  /** Rule 0: why the measurement is not to be trusted. */
  readonly untrusted: string | null;
  /** Rule 1: why the candidate is rejected whatever it saves. */
  readonly hardRejection: string | null;
  readonly primary: Pick<Effect, "logRatio" | "estimate">;
  readonly guardrails: readonly Guardrail[];
  readonly retention: Retention;
  readonly faults: CandidateFaults;
}

/** A decision and the one sentence that says why. */
export interface Ruling {
  readonly decision: Decision;
  readonly reason: string;
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${words.endsWith(".") ? "" : "."}`;
}

function saving(primary: Findings["primary"]): string {
  return `the candidate sends ${reductionPhrase(reductionOf(primary.logRatio), "series")}`;
}

function keeping({ processNames, windowsChecked, misses }: Retention): string {
  if (processNames.length === 0) return "no must-keep process was named";
  const all = processNames.length === 1 ? "the must-keep process" : `all ${processNames.length} must-keep processes`;
  const passing = misses.length > 0 ? ", apart from gaps within the limit" : "";
  return `kept ${all} over ${counted(windowsChecked, "window")}${passing}`;
}

/** Rule 3 as a list: what still stands between the candidate and a promotion. */
function obstacles(findings: Findings): string[] {
  const { plan, primary, guardrails, retention, faults } = findings;
  const { blocks, hosts } = primary.estimate;
  const found: string[] = [];
  if (!(blocks >= plan.minimumBlocks)) {
    found.push(`${counted(blocks, "block")} of evidence of at least ${plan.minimumBlocks}`);
  }
  if (!(primary.logRatio.high <= Math.log1p(-plan.minimumReductionRatio))) {
    found.push(
      blocks === 0
        ? "nothing is measured yet"
        : `${saving(primary)}, and surely at least ${percent(plan.minimumReductionRatio)} fewer are wanted`,
    );
  }
  for (const guardrail of guardrails) if (!guardrail.holds) found.push(guardrail.words);
  if (!retention.holds) {
    found.push(
      retention.processNames.length === 0
        ? "no must-keep expression matched a running process"
        : `the candidate reported ${percent(retention.ratio)} of the must-keep processes that ran`,
    );
  }
  if (!faults.tolerable) {
    found.push(`the candidate's collector spoiled ${counted(faults.windows, "window")} itself`);
  }
  if (!(hosts >= generalHosts || plan.scopeAccepted)) {
    found.push(
      `${counted(hosts, "host")} cannot speak for others and a verdict about these hosts only was not accepted`,
    );
  }
  return found;
}

function progress({ primary, plan }: Findings, open: readonly string[]): string {
  const { blocks } = primary.estimate;
  if (blocks === 0) return "nothing is measured yet: the warm-up and the first block come first";
  if (blocks >= plan.minimumBlocks) return `more evidence is needed: ${open.join("; ")}`;
  return `more evidence is needed, ${counted(blocks, "block")} of at least ${plan.minimumBlocks}: so far ${saving(primary)}`;
}

/**
 * The rule, checked once per block, in this order: 0 validity, 1 hard
 * rejection, 2 rejection by evidence, 3 promotion, 4 inconclusive, else
 * continue. It fails closed: every comparison that leads to a promotion is
 * false for NaN and for an infinite interval, and inconclusive never promotes.
 */
export function decide(findings: Findings): Ruling {
  const { plan, primary, guardrails, retention } = findings;
  if (findings.untrusted !== null) {
    return {
      decision: "unhealthy",
      reason: sentence(`the measurement is not to be trusted and says nothing of the candidate: ${findings.untrusted}`),
    };
  }
  if (findings.hardRejection !== null) return { decision: "reject", reason: findings.hardRejection };

  const broken = guardrails.find((guardrail) => guardrail.broken);
  if (broken !== undefined) return { decision: "reject", reason: sentence(broken.words) };
  if (primary.logRatio.low > Math.log1p(-plan.minimumReductionRatio)) {
    return {
      decision: "reject",
      reason: sentence(
        `${saving(primary)}, surely not the ${percent(plan.minimumReductionRatio)} fewer that are wanted`,
      ),
    };
  }

  const open = obstacles(findings);
  if (open.length === 0) {
    const joint = retention.processNames.length === 0 ? "; " : " and ";
    return { decision: "promote", reason: sentence(`${saving(primary)}${joint}${keeping(retention)}`) };
  }
  if (findings.final || findings.closedBlocks >= plan.maximumBlocks) {
    const spent = `after ${counted(findings.closedBlocks, "block")} the evidence says neither yes nor no`;
    return { decision: "inconclusive", reason: sentence(`${spent}: ${open.join("; ")}`) };
  }
  return { decision: "continue", reason: sentence(progress(findings, open)) };
}
