import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Kpi } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { CompareSourcesRequestSchema } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import { expect } from "chai";
import type { SecondSource } from "../second-source/index.ts";
import type { ObservationStore, WindowPosition } from "../store/index.ts";
import { compareSources } from "./compare-sources.ts";

/** A store without windows that notes from where it was read. */
function emptyStore(): { observations: ObservationStore; reads: WindowPosition[] } {
  const reads: WindowPosition[] = [];
  const readWindows: ObservationStore["readWindows"] = async (_experimentId, from) => {
    reads.push(from);
    return [];
  };
  return { observations: { readWindows } as ObservationStore, reads };
}

describe("CompareSources", () => {
  const request = create(CompareSourcesRequestSchema, { experimentId: "e1", startTime: timestampFromMs(7000) });

  it("says what to configure where there is no second source, and reads nothing", async () => {
    const { observations, reads } = emptyStore();
    const answer = await compareSources({ secondSource: undefined, observations }, request);
    expect(answer).to.deep.include({ configured: false, comparisons: [] });
    expect(answer.detail).to.match(/--prometheus-url.*--remote-write-url/);
    expect(reads).to.deep.equal([]);
  });

  it("gives what the second source found, of the windows from the time asked for", async () => {
    const figures = { variant: "baseline", tap: 2, second: 1, disagreementRatio: -0.5, agrees: false };
    const words = { explanation: "because", query: "count(x)" };
    const secondSource: SecondSource = {
      async compare(_experimentId, _key, read) {
        for await (const window of read()) expect.fail(`a window from nowhere: ${window.startMs}`);
        return { comparisons: [{ field: "dataPoints", ...figures, ...words }], detail: "and more" };
      },
    };
    const { observations, reads } = emptyStore();
    expect(await compareSources({ secondSource, observations }, request)).to.deep.equal({
      configured: true,
      comparisons: [{ kpi: Kpi.DATA_POINTS, ...figures, ...words }],
      detail: "and more",
    });
    expect(reads).to.deep.equal([{ startMs: 7000, hostId: "", variant: "" }]);
  });

  it("leaves out windows that start at the end asked for or after it, and tells ends apart", async () => {
    const starts = [7000, 8000, 9000];
    const reads: number[][] = [];
    const keys: string[] = [];
    const secondSource: SecondSource = {
      async compare(_experimentId, key, read) {
        keys.push(key);
        reads.push(await Array.fromAsync(read(), ({ startMs }) => startMs));
        return { comparisons: [], detail: "" };
      },
    };
    const readWindows = async () => starts.map((startMs) => ({ startMs }));
    const observations = { readWindows } as unknown as ObservationStore;
    for (const endMs of [9000, 7500, 7000]) {
      await compareSources({ secondSource, observations }, { ...request, endTime: timestampFromMs(endMs) });
    }
    await compareSources({ secondSource, observations }, request);
    expect(reads).to.deep.equal([[7000, 8000], [7000], [], starts]);
    expect(new Set(keys)).to.have.property("size", 4);
  });
});
