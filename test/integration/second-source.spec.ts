import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Kpi } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import type { CompareSourcesResponse } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import { ExportMode } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { expect } from "chai";
import fc from "fast-check";
import { quote } from "../../services/benchmark/second-source/selector.ts";
import { eventually } from "../harness/eventually.ts";
import { type RunningPrometheus, startPrometheus } from "../harness/prometheus.ts";
import { createSite, type Site } from "../harness/site.ts";

/** Windows of each arm: enough for a few blocks, few enough for a test. */
const enoughWindows = 8;

describe("a real Prometheus as second source", function () {
  this.timeout(300_000);
  let prometheus: RunningPrometheus | undefined;
  let site: Site | undefined;

  before(async function () {
    // The first time it is downloaded or built.
    this.timeout(25 * 60_000);
    prometheus = await startPrometheus();
  });

  after(async () => {
    await site?.close();
    await prometheus?.stop();
  });

  const running = (): RunningPrometheus => prometheus ?? expect.fail("no Prometheus runs");

  it("reads every text back as it was before it was quoted", async () => {
    const { url } = running();
    // A literal is a query, and its own answer.
    const readBack = async (text: string): Promise<unknown> => {
      const response = await fetch(`${url}/api/v1/query`, {
        method: "POST",
        body: new URLSearchParams({ query: quote(text) }),
      });
      const { data } = (await response.json()) as { data?: { result?: [number, string] } };
      return data?.result?.[1];
    };
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary" }), async (text) => {
        expect(await readBack(text)).to.equal(text);
      }),
      { numRuns: 100, examples: [['"} or vector(1) #'], ["\\"], ["\n\r\0\u2028\ufffd"], ["$1 `{{x}}` 日本 😀"]] },
    );
  });

  it("agrees with the tap about both arms of a run that exports both, and is told apart from one that is gone", async () => {
    const { url, remoteWriteUrl, stop } = running();
    site = await createSite();
    const { client } = site;
    await site.startServer(["--remote-write-url", remoteWriteUrl, "--prometheus-url", url]);
    await site.startAgent("web-1");
    const { experiment } = await client.experiments.createExperiment({
      name: "second source",
      spec: {
        hosts: { hosts: ["web-1"] },
        arms: [
          { variant: "baseline", pipeline: { name: "process-baseline-v1" } },
          { variant: "candidate", pipeline: { name: "process-priority-filter-v1" } },
        ],
        load: { profile: "realistic", processes: 30, seed: 1n },
        scopeAccepted: true,
        exportMode: ExportMode.BOTH,
      },
    });
    const experimentId = experiment?.experimentId ?? "";
    await client.experiments.startExperiment({ experimentId });
    await eventually(
      `${enoughWindows} windows of both arms`,
      async () => {
        const { arms } = await client.benchmark.calculateKpis({ experimentId });
        return (arms.length === 2 && arms.every(({ windows }) => windows >= enoughWindows)) || undefined;
      },
      200_000,
    );
    const agreed = await agreement(site, experimentId);
    await client.experiments.cancelExperiment({ experimentId, reason: "compared" });

    expect(agreed).to.include({ configured: true, detail: "" });
    expect(agreed.comparisons.map(({ variant, kpi }) => [variant, kpi])).to.deep.equal(
      ["baseline", "candidate"].flatMap((arm) => [
        [arm, Kpi.ACTIVE_SERIES],
        [arm, Kpi.DATA_POINTS],
        [arm, Kpi.METRIC_NAMES],
      ]),
    );
    for (const { tap, disagreementRatio, explanation, query, variant } of agreed.comparisons) {
      expect(tap).to.be.greaterThan(0);
      expect(Math.abs(disagreementRatio)).to.be.at.most(0.02);
      expect(explanation).to.equal("");
      expect(query).to.contain(`variant="${variant}"`).and.contain(`experiment_id="${experimentId}"`);
    }
    const series = agreed.comparisons.filter(({ kpi }) => kpi === Kpi.ACTIVE_SERIES).map(({ second }) => second);
    // The arms really are two: one that saw the other's series would have as many.
    expect(series[1]).to.be.lessThan((series[0] ?? 0) / 2);

    await stop();
    // Another start, so that the answer of a moment ago is not given again.
    const gone = await client.benchmark.compareSources({ experimentId, startTime: timestampFromMs(1000) });
    expect(gone).to.deep.include({ configured: true, comparisons: [] });
    expect(gone.detail).to.equal(`Prometheus at ${url} cannot be reached (ECONNREFUSED).`);
  });
});

/** The first answer in which both sides agree on everything; samples of a busy machine may be late for the first. */
async function agreement({ client }: Site, experimentId: string): Promise<CompareSourcesResponse> {
  let last = "no answer";
  const answer = await eventually(
    "both sources to agree",
    async () => {
      const found = await client.benchmark.compareSources({ experimentId });
      last = `${found.detail} ${found.comparisons
        .map((each) => `${each.variant} ${each.kpi}: ${each.tap} ${each.second} ${each.explanation}`)
        .join("; ")}`;
      return found.comparisons.length > 0 && found.comparisons.every(({ agrees }) => agrees) ? found : undefined;
    },
    90_000,
  ).catch((error: unknown) => expect.fail(`${String(error)}: ${last}`));
  return answer;
}
