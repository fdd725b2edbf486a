import type { Verdict } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { ExperimentPhase } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import {
  assuranceWord,
  decisionWord,
  describeOutcome,
  formatKpi,
  kpiTitle,
} from "../experiment/describe-experiment.ts";
import {
  enumWord,
  formatBytes,
  formatCount,
  formatInterval,
  formatMoney,
  formatPercent,
  formatTime,
} from "../output/quantities.ts";
import { intervalChart, seriesChart } from "./charts.ts";
import { escapeHtml } from "./escape-html.ts";
import type { ReportData } from "./report-data.ts";
import { reportStyle } from "./report-style.ts";

/**
 * One self-contained HTML page: no script, no reference to anything outside it,
 * every text from outside escaped.
 */
export function renderReport(data: ReportData, _about: { phoenixVersion: string } = { phoenixVersion: "" }): string {
  const { experiment } = data;
  const title = `${experiment.name} · Phoenix`;
  const minimum = experiment.plan?.minimumReductionRatio ?? 0.2;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title><style>${reportStyle}</style></head><body>
<h1>${escapeHtml(experiment.name)}</h1>
<p class="soft"><code>${escapeHtml(experiment.experimentId)}</code> · ${escapeHtml(formatTime(experiment.startTime))} to ${escapeHtml(formatTime(experiment.endTime))} · ${enumWord(ExperimentPhase, experiment.phase).toLowerCase()}${outcome(data)}</p>
${data.verdicts.map((verdict) => verdictSection(verdict, minimum)).join("\n")}
<h2>Both arms over time</h2>
${seriesChart(data.series)}
<h2>What a month would cost</h2>
${costTable(data)}
<p class="soft">${data.assumptions.map(escapeHtml).join(" ")}</p>
<h2>Key figures</h2>
${kpiTable(data)}
<h2>The arms</h2>
${armTable(data)}
</body></html>
`;
}

function outcome(data: ReportData): string {
  const text = describeOutcome(data.experiment);
  return text === "" ? "" : ` · ${escapeHtml(text)}`;
}

function verdictSection(verdict: Verdict, minimum: number): string {
  const effects = [verdict.primary, ...verdict.effects].filter((effect) => effect !== undefined);
  const word = decisionWord(verdict.decision);
  return `<h2>${escapeHtml(verdict.variant)}: <span class="decision ${word}">${word}</span></h2>
<p class="lead">${escapeHtml(verdict.reason)}</p>
${table(
  ["Measured", "Baseline", "Candidate", "Reduction (interval)"],
  effects.map((effect) => [
    kpiTitle(effect.kpi),
    formatKpi(effect.kpi, effect.baselineMean),
    formatKpi(effect.kpi, effect.candidateMean),
    formatInterval(effect.reduction),
  ]),
)}
<h2>How sure is that?</h2>
<p>The band is the range the true reduction lies in. It stays valid however often it is looked at, and narrows with every
block of windows measured. ${escapeHtml(`Assurance is ${assuranceWord(verdict.assurance?.level ?? 0)}`)}${reasons(verdict)}.
The verdict is about ${escapeHtml(verdict.scope)}.</p>
${intervalChart(verdict, minimum)}
<h2>Critical processes</h2>
${retention(verdict)}
<h2>Checks of the measurement</h2>
${table(
  ["Check", "Holds", "Seen"],
  verdict.checks.map((check) => [check.name, check.holds ? "yes" : "no", check.detail]),
)}
${
  verdict.crossChecks.length === 0
    ? ""
    : `<h2>Cross-checks (never deciding)</h2>${table(
        ["Method", "Value", "Says"],
        verdict.crossChecks.map((check) => [check.name, check.value.toPrecision(3), check.detail]),
      )}`
}`;
}

function reasons(verdict: Verdict): string {
  const given = verdict.assurance?.reasons ?? [];
  return given.length === 0 ? "" : `: ${given.map(escapeHtml).join("; ")}`;
}

function retention(verdict: Verdict): string {
  const seen = verdict.retention;
  if (seen === undefined || seen.windowsChecked === 0) return "<p>No must-keep processes were named or seen.</p>";
  const names = seen.processNames.map((name) => `<code>${escapeHtml(name)}</code>`).join(", ");
  const misses = table(
    ["Missing process", "Host", "First window", "Longest gap"],
    seen.misses.map((miss) => [
      miss.processName,
      miss.hostId,
      formatTime(miss.firstWindowStart),
      `${miss.longestGapWindows} windows`,
    ]),
  );
  return `<p>The candidate kept ${formatPercent(seen.ratio)} of ${names} over ${seen.windowsChecked} windows.</p>${seen.misses.length === 0 ? "" : misses}`;
}

function costTable({ costs }: ReportData): string {
  const variants = costs[0]?.arms.map((arm) => arm.variant) ?? [];
  return table(
    ["Price book", ...variants, "As of", "Trust"],
    costs.map(({ book, arms }) => [
      book?.title ?? "",
      ...arms.map((arm) => formatMoney(arm.monthly, book?.currency ?? "USD")),
      book?.asOf ?? "",
      book?.trust ?? "",
    ]),
  );
}

function kpiTable({ kpis }: ReportData): string {
  return table(
    [
      "Arm",
      "Active series",
      "Distinct series",
      "Points/s",
      "Bytes/s",
      "Collector CPU",
      "Collector memory",
      "Retention",
    ],
    kpis.map((arm) => [
      arm.variant,
      formatCount(arm.activeSeriesMean),
      formatCount(arm.distinctSeries),
      formatCount(arm.dataPointsPerSecond),
      formatBytes(arm.otlpBytesPerSecond),
      `${(arm.collectorCpuRatio * 100).toFixed(2)} %`,
      formatBytes(arm.collectorRssBytesMean),
      formatPercent(arm.retentionRatio),
    ]),
  );
}

function armTable({ experiment }: ReportData): string {
  return table(
    ["Arm", "Pipeline", "Configuration"],
    (experiment.spec?.arms ?? []).map((arm) => [
      arm.variant,
      arm.pipeline?.name ?? "",
      experiment.configDigests[arm.variant] ?? "",
    ]),
  );
}

function table(head: string[], rows: string[][]): string {
  const cells = (tag: string, row: string[]): string =>
    row.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join("");
  const body = rows.map((row) => `<tr>${cells("td", row)}</tr>`).join("");
  return `<div class="scroll" tabindex="0"><table><thead><tr>${cells("th", head)}</tr></thead><tbody>${body}</tbody></table></div>`;
}
