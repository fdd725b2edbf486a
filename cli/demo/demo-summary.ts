import { Decision, type Verdict } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { ExperimentOutcome } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { armCost, type ReportData, savingOf } from "@phoenix/report";
import { assuranceWord } from "@phoenix/report/experiment-words";
import { enumWord } from "@phoenix/report/quantities";

type Range = { estimate: number | null; low: number | null; high: number | null };

/** What a demo prints last with `--output json`; ratios are 0 to 1. */
export type DemoSummary = {
  verdict: string;
  reduction: Range;
  retention: number | null;
  series: { baseline: number; candidate: number };
  costs: { book: string; baseline: number; candidate: number; saving: Range }[];
  assurance: { level: string; reasons: string[] };
  promoted: boolean;
  reportPath: string;
  durationSeconds: number;
};

/** The summary of a finished demo. Ends of an interval that is still open are null. */
export function summarizeDemo(data: ReportData, reportPath: string, durationSeconds: number): DemoSummary {
  const verdict: Verdict | undefined = data.verdicts[0];
  const reduction = verdict?.primary?.reduction;
  const arm = (variant: string): number => data.kpis.find((kpis) => kpis.variant === variant)?.activeSeriesMean ?? 0;
  return {
    verdict: enumWord(Decision, verdict?.decision ?? Decision.UNSPECIFIED),
    reduction: rangeOf(reduction),
    retention: verdict?.retention?.windowsChecked ? verdict.retention.ratio : null,
    series: { baseline: Math.round(arm("baseline")), candidate: Math.round(arm("candidate")) },
    costs: data.costs.map((cost) => ({
      book: cost.book?.name ?? "",
      baseline: armCost(cost, "baseline")?.monthly ?? 0,
      candidate: armCost(cost, "candidate")?.monthly ?? 0,
      saving: rangeOf(savingOf(cost, "baseline", "candidate")),
    })),
    assurance: {
      level: assuranceWord(verdict?.assurance?.level ?? 0),
      reasons: verdict?.assurance?.reasons ?? [],
    },
    promoted: data.experiment.outcome === ExperimentOutcome.PROMOTED,
    reportPath,
    durationSeconds: Math.round(durationSeconds * 10) / 10,
  };
}

function rangeOf(interval: { estimate: number; low: number; high: number } | undefined): Range {
  return { estimate: finite(interval?.estimate), low: finite(interval?.low), high: finite(interval?.high) };
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
