import { type AnalysisPlan, Estimator, Kpi, type Verdict } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { checkGrid, crossCheckGrid, sourceGrid } from "./evidence-grids.ts";
import { decisionWord, kpiTitle } from "./experiment-words.ts";
import { type Cell, figures, type Grid, words } from "./grid.ts";
import { type Content, markup } from "./markup.ts";
import { bullets, gridTable, section } from "./page-elements.ts";
import { formatBytes, formatPercent, formatSeconds } from "./quantities.ts";
import { armsOf, type ReportData } from "./report-data.ts";

/** Everything that someone who knows statistics needs to check the verdicts. */
export function methodSections(data: ReportData, phoenixVersion: string): Content {
  const { experiment, verdicts, sources } = data;
  return markup`<div class="checking"><h1>For those who check</h1>
${section("The plan, fixed before the start", experiment.plan && gridTable(planGrid(experiment.plan), "The plan"))}
${section("The method", methodWords(experiment.plan))}
${verdicts.map((verdict) => evidenceOf(verdict, verdicts.length > 1))}
${section(
  "A second source",
  gridTable(sourceGrid(data), "The tap against the second source"),
  sources?.configured && sources.detail !== "" ? markup`<p>${sources.detail}</p>` : undefined,
)}
${section("What was compared", gridTable(armGrid(data), "The arms"), gridTable(recordGrid(data, phoenixVersion), "The record"))}
</div>`;
}

function evidenceOf(verdict: Verdict, several: boolean): Content {
  const whose = several ? ` of ${verdict.variant}` : "";
  return [
    section(
      `Blocks${whose}`,
      gridTable(blockGrid(verdict), "Blocks"),
      markup`<p class="soft">Each figure is how much less the candidate sent or used than the baseline in that block: 1 − e<sup>z</sup>, z the log ratio. The interval is the primary's after that block, over all blocks until then.</p>`,
    ),
    section(`Checks of the measurement${whose}`, gridTable(checkGrid(verdict), "Checks")),
    section(`Cross-checks${whose}, never deciding`, gridTable(crossCheckGrid(verdict), "Cross-checks")),
    section(
      `Assurance${whose}`,
      verdict.assurance && verdict.assurance.reasons.length > 0
        ? [markup`<p>Reduced, because:</p>`, bullets(verdict.assurance.reasons)]
        : verdict.assurance && markup`<p>Standard.</p>`,
    ),
  ];
}

function planGrid(plan: AnalysisPlan): Grid {
  const { windowSeconds, blockWindows } = plan;
  const rows: Cell[][] = [
    ["window", formatSeconds(windowSeconds)],
    ["block", { figure: `${blockWindows} windows`, detail: formatSeconds(windowSeconds * blockWindows) }],
    ["thrown away as warm-up", `${plan.warmupWindows} windows`],
    ["blocks", `at least ${plan.minimumBlocks}, at most ${plan.maximumBlocks}`],
    ["α, one-sided", String(plan.alpha)],
    ["g, prior weight of the interval", { figure: String(plan.g), detail: "blocks" }],
    ["smallest reduction worth a promotion", formatPercent(plan.minimumReductionRatio)],
    ["overhead margin", formatPercent(plan.overheadMarginRatio)],
    [
      "overhead allowed whatever the ratio",
      `${(plan.allowedCollectorCpuRatio * 100).toFixed(1)} % of a core, ${formatBytes(Number(plan.allowedCollectorRssBytes))}`,
    ],
    [
      "overhead never allowed",
      `${(plan.maximumCollectorCpuRatio * 100).toFixed(0)} % of a core, ${formatBytes(Number(plan.maximumCollectorRssBytes))}`,
    ],
    ["a critical process may be missing for", `${plan.retentionGapWindows} windows`],
    ["hosts are put together as", plan.estimator === Estimator.FLEET_TOTAL ? "the fleet's total" : "the typical host"],
    ["A/A period before", plan.calibrated ? "yes" : "no"],
  ];
  if (plan.calibration !== undefined) {
    const { pairWindows, autocorrelation, autocorrelationTimeWindows } = plan.calibration;
    rows.push([
      "what it taught",
      `φ ${autocorrelation.toFixed(2)}, τ ${autocorrelationTimeWindows.toFixed(1)} windows, of ${pairWindows} pairs of windows`,
    ]);
  }
  return { columns: [words("fixed"), words("as")], rows };
}

function methodWords(plan: AnalysisPlan | undefined): Content {
  const fleet = plan?.estimator === Estimator.FLEET_TOTAL;
  return bullets([
    "C and B are the means of candidate and baseline over the windows of a block that both delivered and in which neither restarted, on the same host in the same minutes.",
    fleet
      ? "z of a block is ln(Σ C / Σ B), summed over the hosts."
      : "z of a block is the mean over hosts of ln((C + ½)/(B + ½)).",
    markup`θ is the mean of z over the blocks; the reduction is 1 − e<sup>θ</sup>.`,
    markup`SE² = s²<sub>block</sub>/B + s²<sub>host</sub>/H, over B blocks and H hosts; with one or two hosts the first term alone, and the verdict is about these hosts only.`,
    markup`The interval is θ ± SE·√(ν(1 − q)/(q − r)) with ν = B − 1, r = g/(g + B), q = (r·α²)<sup>1/(ν + 1)</sup>: an anytime-valid t interval, right at every look (Lindon, Ham, Tingley and Bojinov, arXiv:2210.08589). α is doubled for one side.`,
    "PROMOTE needs the whole interval of the primary effect beyond the reduction asked for, every guardrail within its margin or allowance, and every critical process kept: an intersection of tests, so α is not split between them. Among k candidates it is: α/k each.",
    "Joining the variance between blocks and between hosts is a conservative rule, held against simulations, not a theorem.",
  ]);
}

function blockGrid(verdict: Verdict): Grid {
  const effects = [verdict.primary, ...verdict.effects].filter(
    (effect) => effect !== undefined && effect.blockLogRatios.length > 0,
  );
  const count = Math.max(0, ...effects.map((effect) => effect?.blockLogRatios.length ?? 0));
  return {
    columns: [
      words("block"),
      figures("z of active series"),
      ...effects.map((effect) => figures(kpiTitle(effect?.kpi ?? Kpi.UNSPECIFIED))),
      figures("interval after it"),
    ],
    rows: Array.from({ length: count }, (_, index): Cell[] => {
      const step = verdict.steps.find(({ blocks }) => blocks === index + 1)?.reduction;
      const open = step === undefined || !Number.isFinite(step.low) || !Number.isFinite(step.high);
      return [
        String(index + 1),
        verdict.primary?.blockLogRatios[index]?.toFixed(4).replace("-", "−") ?? "",
        ...effects.map((effect) => {
          const ratio = effect?.blockLogRatios[index];
          return ratio === undefined ? "" : formatPercent(-Math.expm1(ratio));
        }),
        open ? "open" : `${formatPercent(step.low)} to ${formatPercent(step.high)}`,
      ];
    }),
  };
}

function armGrid({ experiment }: ReportData): Grid {
  return {
    columns: [words("arm"), words("pipeline"), words("variables"), words("configuration, SHA-256")],
    rows: armsOf(experiment).map(({ variant, pipeline }) => [
      variant,
      {
        figure: pipeline?.name ?? "",
        detail: pipeline?.version ? `version ${pipeline.version}` : "",
      },
      Object.entries(pipeline?.variables ?? {})
        .map(([name, value]) => `${name} = ${value}`)
        .join(", "),
      experiment.configDigests[variant] ?? "",
    ]),
  };
}

function recordGrid({ experiment, verdicts }: ReportData, phoenixVersion: string): Grid {
  const rows: Cell[][] = [
    ["experiment", experiment.experimentId],
    ["started", { time: experiment.startTime }],
    ["A/A period from", { time: experiment.calibrateTime }],
    ["measured from", { time: experiment.measureTime }],
    ["over", { time: experiment.endTime }],
    ...verdicts.map((verdict): Cell[] => [
      `${decisionWord(verdict.decision)} on ${verdict.variant}`,
      { time: verdict.analyzeTime },
    ]),
    ["report by Phoenix", phoenixVersion],
  ];
  return {
    columns: [words("record"), words("is")],
    rows: rows.filter(
      ([, cell]) => cell !== "" && !(typeof cell === "object" && "time" in cell && cell.time === undefined),
    ),
  };
}
