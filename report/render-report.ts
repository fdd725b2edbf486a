import { Decision, Kpi, type Verdict } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { ExperimentPhase } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { contributorChart } from "./charts/contributor-chart.ts";
import { costChart } from "./charts/cost-chart.ts";
import { intervalChart } from "./charts/interval-chart.ts";
import { retentionStrip } from "./charts/retention-strip.ts";
import { seriesChart } from "./charts/series-chart.ts";
import { costGrid, savingGrid } from "./cost-grids.ts";
import { effectGrid, guardrailGrid, vendorGrid } from "./effect-grids.ts";
import { emptyState } from "./empty-state.ts";
import { contributorGrid, missGrid } from "./evidence-grids.ts";
import { decisionWord, isOver } from "./experiment-words.ts";
import { type Content, type Markup, markup } from "./markup.ts";
import { methodSections } from "./method-section.ts";
import { bullets, gridTable, section, timeElement, unbroken } from "./page-elements.ts";
import { plainAnswers, whatWasTried } from "./plain-words.ts";
import { enumWord } from "./quantities.ts";
import { type ReportData, variantsOf } from "./report-data.ts";
import { reportStyle } from "./report-style.ts";

/**
 * One self-contained HTML page: no script, no reference to anything outside it,
 * every text from outside escaped. Begins in plain words, ends with what is
 * needed to check it. What was not measured is left out. `phoenixVersion` is the
 * version that makes the page.
 */
export function renderReport(data: ReportData, phoenixVersion: string): string {
  const { experiment, verdicts } = data;
  const page = markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${experiment.name} · Phoenix</title><style>${reportStyle}</style></head><body><main>
${header(data)}
${verdicts.map((verdict) => leadOf(data, verdict))}
${data.kpis.length === 0 ? markup`<p class="empty">${emptyState(data)}</p>` : ""}
${verdicts.length === 0 ? section("What is being tried", bullets(variantsOf(data).candidates.flatMap((variant) => whatWasTried(data, variant)))) : ""}
${section(`${bothOrAll(data)} arms side by side`, gridTable(effectGrid(data), "Key figures"), figuresNote(data))}
${section("How sure", sureness(data))}
${section("Critical processes", data.sightings?.map(retentionStrip), gridTable(missGrid(data), "What was missed"))}
${section("What a month would cost", costChart(data), gridTable(costGrid(data), "Cost"), gridTable(savingGrid(data), "Savings"), notes(data.assumptions))}
${section(`${bothOrAll(data)} arms over time`, charts(data))}
${section("Where the series come from", pair(contributorChart(data, "metrics"), contributorChart(data, "attributes")), hidden(data))}
${section("As vendors count series", gridTable(vendorGrid(data), "Active series as vendors count them"))}
${section("Guardrails", gridTable(guardrailGrid(data), "Guardrails"))}
${experiment.plan !== undefined || verdicts.length > 0 ? methodSections(data, phoenixVersion) : ""}
</main></body></html>
`;
  return page.toString();
}

function bothOrAll(data: ReportData): string {
  return variantsOf(data).candidates.length > 1 ? "All" : "Both";
}

/** What the figures of the arms stand for, as against the intervals. */
function figuresNote({ kpis }: ReportData): Content {
  if (kpis.length === 0) return undefined;
  return markup`<p class="notes">Series, points and bytes are summed over all hosts; CPU, memory and metric names are means over them. They are of every window of the experiment after the warm-up; the intervals stand on the blocks that were judged.</p>`;
}

function header({ experiment }: ReportData): Markup {
  const phase = enumWord(ExperimentPhase, experiment.phase).toLowerCase();
  const { startTime, endTime } = experiment;
  const times =
    endTime === undefined ? timeElement(startTime) : markup`${timeElement(startTime)} to ${timeElement(endTime)}`;
  return markup`<header><p class="brand">Phoenix · pipelines compared on the same hosts</p>
<h1>${experiment.name}</h1>
<p class="soft"><code>${experiment.experimentId}</code> · ${startTime === undefined ? "" : markup`${times} · `}${phase}${isOver(experiment.phase) ? "" : ", so all figures are so far"}</p></header>`;
}

function leadOf(data: ReportData, verdict: Verdict): Markup {
  const word = decisionWord(verdict.decision);
  const { candidates } = variantsOf(data);
  const whose = candidates.length > 1 ? markup`<h2 class="whose">${verdict.variant}</h2>` : "";
  return markup`<section class="lead ${word}">${whose}
<p class="decision"><span class="badge">${word}</span>${meaningOf(verdict.decision)}</p>
<p class="reason">${unbroken(verdict.reason)}</p>
<dl>${plainAnswers(data, verdict).map(
    ({ question, sentences }) =>
      markup`<div><dt>${question}</dt><dd>${sentences.map((sentence) => `${unbroken(sentence)} `)}</dd></div>`,
  )}</dl>
</section>`;
}

function meaningOf(decision: Decision): string {
  switch (decision) {
    case Decision.PROMOTE:
      return "The candidate is good enough to replace the baseline.";
    case Decision.REJECT:
      return "The candidate must not replace the baseline.";
    case Decision.INCONCLUSIVE:
      return "The evidence says neither yes nor no.";
    case Decision.UNHEALTHY:
      return "The measurement is not to be trusted.";
    default:
      return "It is still being measured.";
  }
}

function sureness(data: ReportData): Content[] {
  const minimum = data.experiment.plan?.minimumReductionRatio ?? 0.2;
  const { candidates } = variantsOf(data);
  const shown = data.verdicts.flatMap((verdict): Content[] => {
    const whose = data.verdicts.length > 1 ? markup`<h3>${verdict.variant}</h3>` : "";
    const chart =
      intervalChart(verdict, minimum, 1 + candidates.indexOf(verdict.variant)) ??
      (verdict.blocks > 0 ? markup`<p>The interval never closed: there were too few blocks.</p>` : undefined);
    const reasons = verdict.assurance?.reasons ?? [];
    if (chart === undefined && reasons.length === 0) return [];
    return [
      whose,
      chart,
      reasons.length === 0 ? undefined : [markup`<p>Assurance is reduced, because:</p>`, bullets(reasons)],
    ];
  });
  if (shown.length === 0) return shown;
  const words = markup`<p>The band is where the true reduction lies. It stays valid however often it is looked at, and narrows with every block of windows measured.</p>`;
  return [words, ...shown];
}

function charts({ series, experiment, ...rest }: ReportData): Content[] {
  const { baseline, candidates } = variantsOf({ series, experiment, ...rest });
  const chart = (kpi: Kpi, half: boolean) => seriesChart(series, kpi, [baseline, ...candidates], { half });
  return [
    chart(Kpi.ACTIVE_SERIES, false),
    pair(chart(Kpi.DATA_POINTS, true), chart(Kpi.OTLP_BYTES, true)),
    pair(chart(Kpi.COLLECTOR_CPU, true), chart(Kpi.COLLECTOR_RSS, true)),
  ].filter((content) => content !== undefined);
}

function pair(...halves: Content[]): Content {
  const shown = halves.filter((half) => half !== undefined);
  return shown.length === 0 ? undefined : markup`<div class="pair">${shown}</div>`;
}

/** The same figures as a table, for screen readers and for copying. */
function hidden(data: ReportData): Content {
  const tables = [
    gridTable(contributorGrid(data, "metrics"), "Series of each metric"),
    gridTable(contributorGrid(data, "attributes"), "Distinct values of each attribute"),
  ];
  return tables.every((table) => table === undefined)
    ? undefined
    : markup`<details><summary>The same as tables</summary>${tables}</details>`;
}

function notes(assumptions: readonly string[]): Content {
  return assumptions.length === 0
    ? undefined
    : markup`<ul class="notes">${assumptions.map((sentence) => markup`<li>${sentence}</li>`)}</ul>`;
}
