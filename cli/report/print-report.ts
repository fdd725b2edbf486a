import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Decision, type Verdict } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { ExperimentPhase } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import {
  armsOf,
  checkGrid,
  contributorGrid,
  costGrid,
  crossCheckGrid,
  effectGrid,
  emptyState,
  type Grid,
  guardrailGrid,
  missGrid,
  type ReportData,
  savingGrid,
  sourceGrid,
  vendorGrid,
} from "@phoenix/report";
import { decisionWord, describeOutcome, isOver } from "@phoenix/report/experiment-words";
import { enumWord, formatSeconds, formatTime } from "@phoenix/report/quantities";
import { visibleText } from "@phoenix/report/visible-text";
import { describeAssurance, describeHeldBack, listed } from "../experiment/describe-experiment.ts";
import { renderFacts } from "../output/table.ts";
import { printGrid } from "./print-grid.ts";

/** All arms of an experiment side by side, for a terminal; what was not measured is left out. */
export function printReport(data: ReportData): string {
  const { experiment, verdicts } = data;
  const sections = [facts(data), ...verdicts.map((verdict) => verdictFacts(data, verdict))];
  if (data.kpis.length === 0) sections.push(emptyState(data));
  const add = (grid: Grid, title = "", below: readonly string[] = []): void => {
    if (grid.rows.length === 0) return;
    const lines = [...(title === "" ? [] : [`${title}:`]), printGrid(grid, ""), ...below.map(visibleText)];
    sections.push(lines.join("\n"));
  };
  add(effectGrid(data));
  add(missGrid(data), "Critical processes that were missed");
  add(guardrailGrid(data));
  add(vendorGrid(data), "Active series as vendors count them");
  add(costGrid(data));
  add(savingGrid(data), "", data.assumptions);
  add(contributorGrid(data, "metrics"), "Where the series come from, by metric");
  add(contributorGrid(data, "attributes"), "Distinct values, by attribute");
  add(sourceGrid(data), "The tap against the second source");
  if (data.sources?.configured && data.sources.detail !== "") {
    sections.push(`Second source: ${visibleText(data.sources.detail)}`);
  }
  for (const verdict of verdicts) {
    const whose = verdicts.length > 1 ? ` of ${visibleText(verdict.variant)}` : "";
    add(checkGrid(verdict), `Checks of the measurement${whose}`);
    add(crossCheckGrid(verdict), `Cross-checks${whose}, never deciding`);
  }
  if (!isOver(experiment.phase) && data.kpis.length > 0) sections.push("All figures are so far: it goes on.");
  return sections.join("\n\n");
}

function facts({ experiment }: ReportData): string {
  const { startTime, measureTime, endTime } = experiment;
  const measured =
    measureTime && endTime ? `, ${formatSeconds((timestampMs(endTime) - timestampMs(measureTime)) / 1000)}` : "";
  return renderFacts([
    ["Name", experiment.name],
    ["Id", experiment.experimentId],
    ["Phase", enumWord(ExperimentPhase, experiment.phase)],
    ["Because", experiment.verdicts.length > 0 ? "" : experiment.phaseReason],
    ...armsOf(experiment).map(({ variant, pipeline }) => [variant, pipeline?.name ?? ""] as const),
    ["Hosts", listed(experiment.hosts.map((host) => host.hostName || host.hostId))],
    ["Started", formatTime(startTime)],
    ["Measured", measureTime === undefined ? "" : `from ${formatTime(measureTime)}${measured}`],
    ["Outcome", describeOutcome(experiment)],
    ["Held back", describeHeldBack(experiment)],
  ]);
}

function verdictFacts({ verdicts }: ReportData, verdict: Verdict): string {
  const soFar = verdict.decision === Decision.CONTINUE ? "so far: " : "";
  return renderFacts([
    [verdicts.length > 1 ? `Verdict ${verdict.variant}` : "Verdict", `${decisionWord(verdict.decision)}`],
    ["Why", `${soFar}${verdict.reason}`],
    ["Evidence", evidenceOf(verdict)],
    ["Assurance", describeAssurance(verdict)],
    ["Scope", verdict.scope],
  ]);
}

function evidenceOf({ blocks, pairWindows, lostWindows, hosts }: Verdict): string {
  const lost = lostWindows === 0 ? "" : `, ${counted(lostWindows, "window")} lost`;
  const pairs = `${pairWindows} ${pairWindows === 1 ? "pair" : "pairs"} of windows`;
  return `${counted(blocks, "block")}, ${pairs} on ${counted(hosts, "host")}${lost}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
