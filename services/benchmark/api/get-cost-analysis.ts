import type { GetCostAnalysisRequest } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import {
  boundedBlockMs,
  createUsageBuilder,
  jackknifeGroups,
  listAssumptions,
  measuredIntervalSeconds,
  type PricedWindow,
  priceArm,
  selectComparable,
} from "../cost/index.ts";
import type { StoredWindow } from "../kpis/index.ts";
import type { BenchmarkApiDeps } from "./deps.ts";
import { forEachSketch } from "./merge-sketches.ts";
import { bookMessage, findBooks } from "./price-books.ts";
import { collectWindows } from "./read-windows.ts";

const defaultBlockWindows = 2;

function pricedWindow(window: StoredWindow): PricedWindow {
  const { hostId, variant, startMs, activeSeries, dataPoints, otlpBytes } = window;
  const usable = window.complete && window.up && window.restarts === 0;
  return {
    hostId,
    variant,
    startMs,
    lengthMs: window.windowSeconds * 1000,
    activeSeries,
    dataPoints,
    otlpBytes,
    usable,
  };
}

function checkIntervals(intervals: GetCostAnalysisRequest["productionIntervalSeconds"]): void {
  for (const [variant, seconds] of Object.entries(intervals)) {
    if (Number.isFinite(seconds) && seconds > 0) continue;
    throw phoenixError(
      ErrorReason.INVALID_FIELD,
      `production_interval_seconds of "${variant}" is ${seconds}; give a number of seconds above zero`,
      { metadata: { field: "production_interval_seconds", variant } },
    );
  }
}

/**
 * Prices every arm under the books asked for, from the windows that all arms of
 * a host delivered. Before there are any, books come without arms.
 * @throws PhoenixError INVALID_FIELD for an unknown book or an impossible interval.
 */
export async function getCostAnalysis(deps: BenchmarkApiDeps, request: GetCostAnalysisRequest) {
  const { experimentId, warmupWindows, applyAllowances, productionIntervalSeconds } = request;
  checkIntervals(productionIntervalSeconds);
  const books = await findBooks(deps, request.books);
  const all = (await collectWindows(deps.observations, experimentId)).map(pricedWindow);
  const windows = selectComparable(all, warmupWindows);
  const lengthMs = windows[0]?.lengthMs ?? 1000;
  const blockMs = boundedBlockMs(windows, (request.blockWindows || defaultBlockWindows) * lengthMs);

  const variants = [...new Set(windows.map((window) => window.variant))].sort();
  const arms = variants.map((variant) => {
    const own = windows.filter((window) => window.variant === variant);
    const measured = measuredIntervalSeconds(own);
    // Nothing was sent at all: there is nothing to scale.
    const priced = Number.isNaN(measured) ? Number.NaN : (productionIntervalSeconds[variant] ?? measured);
    return { variant, measured, priced, builder: createUsageBuilder(own, blockMs) };
  });
  const compared = new Set(windows.map(({ variant, hostId, startMs }) => `${variant}\n${hostId}\n${startMs}`));
  let withSketch = 0;
  await forEachSketch(deps.observations, experimentId, (window, sketch) => {
    if (compared.has(`${window.variant}\n${window.hostId}\n${window.startMs}`)) withSketch += 1;
    arms.find(({ variant }) => variant === window.variant)?.builder.addSketch(window, sketch);
  });

  const formulas = books.map(({ priced }) => priced);
  const costs = arms.map(({ variant, measured, priced, builder }) => ({
    variant,
    costs: priceArm(
      { blocks: builder.blocks(), hosts: builder.hosts, rateScale: Number.isNaN(measured) ? 1 : measured / priced },
      formulas,
      applyAllowances,
    ),
  }));
  return {
    books: books.map(({ book }, index) => ({
      book: bookMessage(book),
      arms: costs.flatMap(({ variant, costs: perBook }) => {
        const cost = perBook[index];
        return cost === undefined
          ? []
          : [{ variant, monthly: cost.monthly, monthlyLow: cost.low, monthlyHigh: cost.high }];
      }),
    })),
    assumptions:
      windows.length === 0
        ? ["Nothing is priced yet: no window after the warm-up was delivered by every arm of a host."]
        : listAssumptions({
            applyAllowances,
            comparedMinutes: (new Set(windows.map(({ startMs }) => startMs)).size * lengthMs) / 60_000,
            hosts: new Set(windows.map(({ hostId }) => hostId)).size,
            groups: jackknifeGroups(arms[0]?.builder.blocks().length ?? 0).length,
            intervals: new Map(
              arms
                .filter(({ measured }) => !Number.isNaN(measured))
                .map(({ variant, measured, priced }) => [variant, { measured, priced }]),
            ),
            windowsWithoutSketch: windows.length - withSketch,
            ofFormulas: formulas.flatMap(({ formula }) => formula.assumptions),
          }),
  };
}
