import { type Effect, Kpi } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import type { ArmKpis, VendorSeries } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_pb.ts";
import { changeWord, rangeWords } from "./change-words.ts";
import { formatKpi, isGuardrail, kpiTitle } from "./experiment-words.ts";
import { type Cell, figures, type Grid, words } from "./grid.ts";
import { formatBytes, formatCount, formatPercent } from "./quantities.ts";
import { type ReportData, variantsOf } from "./report-data.ts";

type Figure = {
  title: string;
  of: (arm: ArmKpis) => number;
  format: (value: number) => string;
  /** The effect the verdict has an interval for. */
  kpi?: Kpi;
  /** The ratio of two arms says something. */
  ratio: boolean;
  /** Zero in every arm means that the server does not count it. */
  zeroIsAbsent?: boolean;
};

const ofKpi = (kpi: Kpi, of: (arm: ArmKpis) => number): Figure => ({
  title: kpiTitle(kpi),
  of,
  format: (value) => formatKpi(kpi, value),
  kpi,
  ratio: true,
});

const allFigures: readonly Figure[] = [
  ofKpi(Kpi.ACTIVE_SERIES, (arm) => arm.activeSeriesMean),
  {
    title: "distinct series, whole time",
    of: (arm) => arm.distinctSeries,
    format: formatCount,
    ratio: true,
    zeroIsAbsent: true,
  },
  ofKpi(Kpi.DATA_POINTS, (arm) => arm.dataPointsPerSecond),
  {
    title: "data points per second, as scraped",
    of: (arm) => arm.ingestPointsPerSecond,
    format: formatCount,
    ratio: true,
    zeroIsAbsent: true,
  },
  ofKpi(Kpi.OTLP_BYTES, (arm) => arm.otlpBytesPerSecond),
  ofKpi(Kpi.METRIC_NAMES, (arm) => arm.metricNamesMean),
  ofKpi(Kpi.COLLECTOR_CPU, (arm) => arm.collectorCpuRatio),
  ofKpi(Kpi.COLLECTOR_RSS, (arm) => arm.collectorRssBytesMean),
  {
    title: "windows the collector ran through",
    of: (arm) => arm.healthyRatio,
    format: formatPercent,
    ratio: false,
    zeroIsAbsent: true,
  },
  { title: "collector restarts", of: (arm) => arm.collectorRestarts, format: formatCount, ratio: false },
  { title: "data points not sent", of: (arm) => Number(arm.droppedPoints), format: formatCount, ratio: false },
];

/** Every key figure of every arm, and how each candidate differs, with the interval where there is one. */
export function effectGrid(data: ReportData): Grid {
  const { baseline, candidates } = variantsOf(data);
  const armOf = (variant: string): ArmKpis | undefined => data.kpis.find((arm) => arm.variant === variant);
  const shown = allFigures.filter(
    ({ of, zeroIsAbsent }) => !zeroIsAbsent || data.kpis.some((arm) => of(arm) !== 0 && !Number.isNaN(of(arm))),
  );
  const value = (figure: Figure, variant: string): string => {
    const arm = armOf(variant);
    return arm === undefined ? "" : figure.format(figure.of(arm));
  };
  const rows = shown.map((figure): Cell[] => [
    figure.title,
    value(figure, baseline),
    ...candidates.flatMap((candidate): Cell[] => [
      value(figure, candidate),
      changeCell(figure, armOf(baseline), armOf(candidate), effectOf(data, candidate, figure.kpi)),
    ]),
  ]);
  if (data.experiment.spec?.mustKeep.length) rows.push(retentionRow(data));
  return {
    columns: [
      words("measured"),
      figures(baseline),
      ...candidates.flatMap((candidate) => [figures(candidate), figures(`against ${baseline}`)]),
    ],
    rows: data.kpis.length === 0 ? [] : rows,
  };
}

function retentionRow(data: ReportData): Cell[] {
  const { baseline, candidates } = variantsOf(data);
  const ratio = (variant: string): string => {
    const arm = data.kpis.find((one) => one.variant === variant);
    return arm === undefined ? "" : formatPercent(arm.retentionRatio);
  };
  return [
    "critical processes kept",
    ratio(baseline),
    ...candidates.flatMap((candidate): Cell[] => [ratio(candidate), missesOf(data, candidate)]),
  ];
}

function missesOf(data: ReportData, variant: string): string {
  const retention = data.verdicts.find((verdict) => verdict.variant === variant)?.retention;
  if (retention === undefined || retention.windowsChecked === 0) return "";
  return retention.misses.length === 0 ? "nothing missed" : `${retention.misses.length} missed, see below`;
}

function effectOf(data: ReportData, variant: string, kpi: Kpi | undefined): Effect | undefined {
  const verdict = data.verdicts.find((one) => one.variant === variant);
  if (verdict === undefined || kpi === undefined) return undefined;
  return [verdict.primary, ...verdict.effects].find((effect) => effect?.kpi === kpi);
}

function changeCell(
  { ratio, of }: Figure,
  baseline: ArmKpis | undefined,
  candidate: ArmKpis | undefined,
  effect: Effect | undefined,
): Cell {
  if (effect?.reduction !== undefined && effect.blocks > 0) {
    const { reduction } = effect;
    return { figure: changeWord(reduction.estimate), detail: rangeWords(reduction) ?? "too early for an interval" };
  }
  if (!ratio || baseline === undefined || candidate === undefined || !(of(baseline) > 0)) return "";
  return { figure: changeWord(1 - of(candidate) / of(baseline)), detail: "no interval" };
}

/** Active series as vendors count them, of every arm. */
export function vendorGrid(data: ReportData): Grid {
  const { baseline, candidates } = variantsOf(data);
  const windows = [...new Set(data.kpis.flatMap((arm) => arm.vendorSeries.map(({ window }) => window)))];
  const entry = (variant: string, window: string) =>
    data.kpis.find((arm) => arm.variant === variant)?.vendorSeries.find((one) => one.window === window);
  const rows = windows.map((window): Cell[] => {
    const of = entry(baseline, window) ?? candidates.map((variant) => entry(variant, window)).find(Boolean);
    const count = (variant: string): Cell => {
      const series = entry(variant, window);
      if (series === undefined) return "";
      return { figure: formatCount(series.mean), detail: spansOf(series) };
    };
    const change = (variant: string): Cell => {
      const [ours, theirs] = [entry(baseline, window), entry(variant, window)];
      return ours === undefined || theirs === undefined || ours.mean <= 0
        ? ""
        : changeWord(1 - theirs.mean / ours.mean);
    };
    return [
      { figure: vendorWindow(window), detail: of?.vendors ?? "" },
      count(baseline),
      ...candidates.flatMap((variant): Cell[] => [count(variant), change(variant)]),
    ];
  });
  return {
    columns: [
      words("counted over"),
      figures(baseline),
      ...candidates.flatMap((variant) => [figures(variant), figures(`against ${baseline}`)]),
    ],
    rows,
  };
}

function spansOf({ spans, p95, complete }: VendorSeries): string {
  if (!complete) return "less than one span";
  return spans === 1 ? "1 span" : `95 % under ${formatCount(p95)}; ${spans} spans`;
}

function vendorWindow(window: string): string {
  const titles: Record<string, string> = {
    "20m": "20 minutes",
    "1h": "1 hour",
    "2h30m": "2 hours 30 minutes",
    "hourly-mean": "hourly mean",
  };
  return titles[window] ?? window;
}

/** What each candidate's collector may use more, and whether it holds. */
export function guardrailGrid(data: ReportData): Grid {
  const { plan } = data.experiment;
  const margin = plan === undefined ? "" : `at most ${formatPercent(plan.overheadMarginRatio)} more`;
  const rows = data.verdicts.flatMap((verdict) =>
    verdict.effects
      .filter((effect) => isGuardrail(effect) && effect.reduction !== undefined)
      .map((effect): Cell[] => {
        const allowed =
          effect.kpi === Kpi.COLLECTOR_CPU
            ? `${((plan?.allowedCollectorCpuRatio ?? 0) * 100).toFixed(1)} % of a core`
            : formatBytes(Number(plan?.allowedCollectorRssBytes ?? 0));
        return [
          verdict.variant,
          kpiTitle(effect.kpi),
          effect.reduction === undefined
            ? ""
            : { figure: changeWord(effect.reduction.estimate), detail: rangeWords(effect.reduction) ?? "" },
          plan === undefined ? "" : `${margin}, or under ${allowed}`,
          effect.guardrailHolds ? "holds" : "not sure yet",
        ];
      }),
  );
  return { columns: [words("candidate"), words("guardrail"), figures("seen"), words("allowed"), words("so")], rows };
}
