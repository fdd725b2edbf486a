import type { GetCostAnalysisRequest } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import {
  defaultHostPrices,
  defaultHostPricesSource,
  jackknifeGroups,
  listAssumptions,
  type Money,
  priceArm,
  type Saving,
  saveAgainst,
} from "../cost/index.ts";
import type { BenchmarkApiDeps } from "./deps.ts";
import { assumptionsOfBooks, findBooks } from "./find-books.ts";
import { measureArms } from "./measure-arms.ts";
import { bookMessage } from "./price-book-message.ts";
import { selectionOf } from "./selection.ts";

/** The arm that candidates are compared with. */
const baselineVariant = "baseline";

/** The currency that machines are priced in. */
const hostCurrency = "USD";

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
 * Prices every arm under the books asked for, and what each candidate saves,
 * from the windows that all arms of a host delivered. Before there are any,
 * books come without arms.
 * @throws PhoenixError INVALID_FIELD for an unknown book or an impossible interval.
 */
export async function getCostAnalysis(deps: BenchmarkApiDeps, request: GetCostAnalysisRequest) {
  const { applyAllowances, fleetHosts } = request;
  checkIntervals(request.productionIntervalSeconds);
  const [books, measured] = await Promise.all([
    findBooks(deps, request.books),
    measureArms(deps, selectionOf(request), request.blockWindows, request.productionIntervalSeconds),
  ]);
  const { arms, hosts } = measured;
  const hostPrices = {
    corePerMonth: request.coreMonthPrice ?? defaultHostPrices.corePerMonth,
    gibPerMonth: request.gibMonthPrice ?? defaultHostPrices.gibPerMonth,
  };
  const baseline = arms.find(({ variant }) => variant === baselineVariant);
  const candidates = baseline === undefined ? [] : arms.filter((arm) => arm !== baseline);
  const asked = request.coreMonthPrice !== undefined || request.gibMonthPrice !== undefined;
  return {
    books: books.map((stored) => ({
      book: bookMessage(stored),
      arms: arms.map(({ variant, projections }) => {
        const { estimate, low, high } = priceArm(projections, stored.book, applyAllowances);
        return { variant, monthly: estimate, monthlyLow: low, monthlyHigh: high };
      }),
      savings: candidates.map(({ variant, projections }) => {
        const terms = {
          ...{ applyAllowances, hosts, fleetHosts },
          hostPrices: stored.book.currency === hostCurrency ? hostPrices : undefined,
        };
        return {
          variant,
          ...savingMessage(saveAgainst(baseline?.projections ?? projections, projections, stored.book, terms)),
        };
      }),
    })),
    assumptions:
      arms.length === 0
        ? ["Nothing is priced yet: no window after the warm-up was delivered by every arm of a host."]
        : listAssumptions({
            ...{ applyAllowances, hosts, fleetHosts },
            comparedMinutes: measured.comparedMs / 60_000,
            groups: jackknifeGroups(measured.blocks).length,
            intervals: new Map(
              arms
                .filter((arm) => !Number.isNaN(arm.measuredSeconds))
                .map((arm) => [arm.variant, { measured: arm.measuredSeconds, priced: arm.pricedSeconds }]),
            ),
            windowsWithoutSketch: measured.windowsWithoutSketch,
            host: { ...hostPrices, source: asked ? "as asked for" : defaultHostPricesSource },
            otherCurrencies: books.filter(({ book }) => book.currency !== hostCurrency).map(({ book }) => book.name),
            ofRules: assumptionsOfBooks(books),
          }),
  };
}

function savingMessage({ gross, collectors, net, fleetNet }: Saving): Record<string, Money> {
  return {
    gross,
    ...(collectors === undefined ? {} : { collectors }),
    ...(net === undefined ? {} : { net }),
    ...(fleetNet === undefined ? {} : { fleetNet }),
  };
}
