import type { CalculateKpisRequest } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import { HyperLogLog } from "@phoenix/platform/sketch";
import { afterWarmup, calculateFigures } from "../kpis/index.ts";
import type { BenchmarkApiDeps } from "./deps.ts";
import { forEachSketch } from "./merge-sketches.ts";
import { collectWindows } from "./read-windows.ts";

/** The key figures of every arm; distinct series are the union of the sketches of the windows that count. */
export async function calculateKpis(deps: BenchmarkApiDeps, request: CalculateKpisRequest) {
  const { experimentId, warmupWindows } = request;
  const windows = await collectWindows(deps.observations, experimentId);
  const counted = new Set(
    afterWarmup(windows, warmupWindows)
      .filter((window) => window.complete)
      .map(({ variant, hostId, startMs }) => `${variant}\n${hostId}\n${startMs}`),
  );
  const unions = new Map<string, HyperLogLog>();
  await forEachSketch(deps.observations, experimentId, ({ variant, hostId, startMs }, sketch) => {
    if (!counted.has(`${variant}\n${hostId}\n${startMs}`)) return;
    unions.set(variant, (unions.get(variant) ?? new HyperLogLog()).merge(sketch));
  });
  return {
    arms: calculateFigures(windows, warmupWindows).map(({ droppedPoints, ...figures }) => ({
      ...figures,
      droppedPoints: BigInt(droppedPoints),
      distinctSeries: unions.get(figures.variant)?.estimate() ?? 0,
    })),
  };
}
