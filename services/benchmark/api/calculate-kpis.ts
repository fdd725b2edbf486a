import type { CalculateKpisRequest } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import { createVendorCounter, figuresOfHosts } from "../kpis/index.ts";
import type { ArmSpan } from "../store/index.ts";
import type { BenchmarkApiDeps } from "./deps.ts";
import { selectionOf } from "./selection.ts";

/** The key figures of every arm; distinct series are unions of the sketches of the windows that count. */
export async function calculateKpis(deps: BenchmarkApiDeps, request: CalculateKpisRequest) {
  const selection = selectionOf(request);
  const [hosts, spans] = await Promise.all([deps.rollups.hostSums(selection), deps.rollups.armSpans(selection)]);
  const counted = new Map(
    await Promise.all(
      spans.map(async (span) => [span.variant, await countSeries(deps, request.experimentId, span)] as const),
    ),
  );
  return {
    arms: figuresOfHosts(hosts).map(({ droppedPoints, ...figures }) => ({
      ...figures,
      droppedPoints: BigInt(droppedPoints),
      distinctSeries: counted.get(figures.variant)?.distinctSeries ?? 0,
      vendorSeries: counted.get(figures.variant)?.vendorSeries ?? [],
    })),
  };
}

async function countSeries({ rollups }: BenchmarkApiDeps, experimentId: string, span: ArmSpan) {
  const counter = createVendorCounter();
  let sketched = false;
  for await (const piece of rollups.seriesPieces(experimentId, span)) {
    counter.add(piece);
    sketched ||= piece.sketch !== undefined;
  }
  return { distinctSeries: sketched ? counter.distinct() : 0, vendorSeries: counter.counts() };
}
