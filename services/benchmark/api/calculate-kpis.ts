import type { CalculateKpisRequest } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import { createVendorCounter, figuresOfHosts, summariseSpans, vendorWindows } from "../kpis/index.ts";
import type { ArmSpan } from "../store/index.ts";
import type { BenchmarkApiDeps } from "./deps.ts";
import { selectionOf } from "./selection.ts";

/** Distinct series of an arm: over all its windows, and in vendors' spans. */
type SeriesCounts = Awaited<ReturnType<typeof countLong>>;

/** The key figures of every arm; distinct series are unions of the sketches of the windows that count. */
export async function calculateKpis(deps: BenchmarkApiDeps, request: CalculateKpisRequest) {
  const selection = selectionOf(request);
  const countSeries = async (): Promise<Map<string, SeriesCounts>> => {
    const spans = await deps.rollups.armSpans(selection);
    const counting = spans.map(async (span) => {
      const count = deps.rollups.isLong(span) ? countLong : countShort;
      return [span.variant, await count(deps, request.experimentId, span)] as const;
    });
    return new Map(await Promise.all(counting));
  };
  // At the same time: the sums keep the database busy, sketches mostly this process.
  const [hosts, counted] = await Promise.all([deps.rollups.hostSums(selection), countSeries()]);
  return {
    arms: figuresOfHosts(hosts).map(({ droppedPoints, ...figures }) => ({
      ...figures,
      droppedPoints: BigInt(droppedPoints),
      distinctSeries: counted.get(figures.variant)?.distinctSeries ?? 0,
      vendorSeries: counted.get(figures.variant)?.vendorSeries ?? [],
    })),
  };
}

/** Puts the spans of a short stretch together from its windows, wherever it began. */
async function countShort({ rollups }: BenchmarkApiDeps, experimentId: string, span: ArmSpan) {
  const counter = createVendorCounter();
  for await (const piece of rollups.seriesPieces(experimentId, span.variant, span)) counter.add(piece);
  return { distinctSeries: counter.distinct(), vendorSeries: counter.counts() };
}

/** Takes the spans of a long stretch as they were counted, on the clock's grid. */
async function countLong({ rollups }: BenchmarkApiDeps, experimentId: string, span: ArmSpan) {
  const lengths = [...new Set(vendorWindows.map(({ seconds }) => seconds))];
  const { ofLengths, distinct } = await rollups.spanCounts(experimentId, span.variant, span, lengths);
  const counted = ofLengths.map((counts, index) => {
    const lengthMs = (lengths[index] ?? 0) * 1000;
    const whole = (startMs: number) => startMs >= span.fromMs && startMs + lengthMs <= span.untilMs;
    return counts.map(({ startMs, series }) => ({ series, whole: whole(startMs) }));
  });
  const vendorSeries = vendorWindows.map((kind) => summariseSpans(kind, counted[lengths.indexOf(kind.seconds)] ?? []));
  return { distinctSeries: await distinct(), vendorSeries };
}
