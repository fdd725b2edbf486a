import { create } from "@bufbuild/protobuf";
import { timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient, createRouterTransport } from "@connectrpc/connect";
import { AnalyticsService } from "@phoenix/gen/phoenix/analytics/v1/analytics_service_pb.ts";
import { Kpi } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { type ArmPanel, ArmPanelSchema } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_pb.ts";
import { BenchmarkService } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import { ExperimentService } from "@phoenix/gen/phoenix/controller/v1/experiment_service_pb.ts";
import { ErrorReason, PhoenixError } from "@phoenix/platform/errors";
import { expect } from "chai";
import type { ReportClient } from "./report-client.ts";
import { gatherReportData } from "./report-data.ts";
import { scriptedReport, scriptedStartMs } from "./testing/scripted-report.ts";

type Time = Parameters<typeof timestampMs>[0] | undefined;
type Call = { method: string; startMs: number | undefined; endMs: number | undefined };

/** Sightings of one process, window by window: K kept, M missed by the candidate, B missed by both, - not running, i incomplete. */
function panelOf(fates: string): ArmPanel[] {
  return (["baseline", "candidate"] as const).map((variant) =>
    create(ArmPanelSchema, {
      hostId: "h1",
      variant,
      windows: [...fates].map((fate, index) => ({
        windowStart: timestampFromMs(scriptedStartMs + index * 60_000),
        windowSeconds: 60,
        complete: fate !== "i",
        mustKeep: [
          {
            processName: "nginx",
            oracleSeen: fate !== "-",
            reported: variant === "baseline" ? fate !== "B" : fate !== "B" && fate !== "M",
          },
        ],
      })),
    }),
  );
}

/** A server with the scripted experiment; what it was asked for. */
function server(
  options: { measured?: boolean; over?: boolean; warm?: boolean; contributors?: Code; fates?: string } = {},
) {
  const calls: Call[] = [];
  const { experiment, verdicts, kpis, costs, series, contributors } = scriptedReport();
  if (options.measured === false) delete experiment.measureTime;
  if (options.over === false) delete experiment.endTime;
  if (options.warm === false) {
    for (const arm of kpis) arm.windows = 0;
    for (const cost of costs) Object.assign(cost, { arms: [], savings: [] });
  }
  const noted = <T>(method: string, time: { startTime?: Time; endTime?: Time }, answer: T): T => {
    const [startMs, endMs] = [time.startTime, time.endTime].map((one) => one && timestampMs(one));
    calls.push({ method, startMs, endMs });
    return answer;
  };
  const transport = createRouterTransport(({ service }) => {
    service(ExperimentService, { getExperiment: () => ({ experiment }) });
    service(AnalyticsService, { getVerdict: () => ({ verdicts }) });
    service(BenchmarkService, {
      calculateKpis: (request) => noted("kpis", request, { arms: kpis }),
      getCostAnalysis: (request) => noted("cost", request, { books: costs, assumptions: ["A month is 30 days."] }),
      getKpiSeries: (request) => noted("series", request, { series }),
      getPanel: ({ startTime }) =>
        noted("panel", { startTime }, { arms: panelOf(options.fates ?? "K"), nextPageToken: "" }),
      getTopContributors(request) {
        if (options.contributors !== undefined) throw new ConnectError("no", options.contributors);
        return noted("contributors", request, { arms: contributors });
      },
      compareSources(request) {
        noted("sources", request, undefined);
        throw new ConnectError("an older server", Code.Unimplemented);
      },
    });
  });
  const client: ReportClient = {
    experiments: createClient(ExperimentService, transport),
    benchmark: createClient(BenchmarkService, transport),
    analytics: createClient(AnalyticsService, transport),
  };
  return { client, calls };
}

describe("gathering a comparison", () => {
  it("counts from when all arms ran, so that an A/A period is no comparison", async () => {
    const { client, calls } = server();
    const data = await gatherReportData(client, "exp-scripted");
    for (const method of ["kpis", "cost", "contributors", "sources", "panel"]) {
      expect(calls.find((call) => call.method === method)?.startMs, method).to.equal(scriptedStartMs);
    }
    expect(data.kpis).to.have.length(3);
    expect(data.sources).to.equal(undefined); // the scripted server does not know the call
  });

  it("ends the figures with the experiment, whatever its arms export after it", async () => {
    const ended = server();
    const { experiment } = await gatherReportData(ended.client, "exp-scripted");
    const endMs = experiment.endTime && timestampMs(experiment.endTime);
    expect(endMs).to.be.a("number");
    const running = server({ over: false });
    await gatherReportData(running.client, "exp-scripted");
    for (const method of ["kpis", "cost", "contributors", "sources", "series"]) {
      expect(ended.calls.find((call) => call.method === method)?.endMs, method).to.equal(endMs);
      expect(
        running.calls.find((call) => call.method === method),
        method,
      ).to.include({ endMs: undefined });
    }
  });

  it("asks for no figures before that", async () => {
    const { client, calls } = server({ measured: false });
    expect((await gatherReportData(client, "exp-scripted")).kpis).to.deep.equal([]);
    expect(calls).to.deep.equal([]);
  });

  it("takes an arm without a window that counts, and a price of nothing, for not measured", async () => {
    const { client } = server({ warm: false });
    const { kpis, costs, assumptions } = await gatherReportData(client, "exp-scripted");
    expect([kpis, costs, assumptions]).to.deep.equal([[], [], []]);
  });

  it("ends the pictures with the experiment", async () => {
    const { client } = server();
    const { series, experiment } = await gatherReportData(client, "exp-scripted");
    const ends = series.map(({ points }) => timestampMs(points.at(-1)?.windowStart ?? timestampFromMs(0)));
    expect(Math.max(...ends)).to.be.lessThan(experiment.endTime ? timestampMs(experiment.endTime) : 0);
    expect(series.some(({ kpi }) => kpi === Kpi.ACTIVE_SERIES)).to.equal(true);
  });

  it("fails with a server that fails, and does without what an older one does not know", async () => {
    const old = await gatherReportData(server({ contributors: Code.Unimplemented }).client, "exp-scripted");
    expect(old.contributors).to.deep.equal([]);
    const failed = gatherReportData(server({ contributors: Code.Internal }).client, "exp-scripted");
    expect(
      await failed.then(
        () => undefined,
        (error: ConnectError) => error.code,
      ),
    ).to.equal(Code.Internal);
  });

  it("shows one candidate alone, everywhere, and refuses one that there is not", async () => {
    const { client } = server();
    const data = await gatherReportData(client, "exp-scripted", { variant: "candidate-2" });
    const variants = [
      data.kpis.map(({ variant }) => variant),
      data.experiment.spec?.arms.map(({ variant }) => variant),
      data.costs[0]?.arms.map(({ variant }) => variant),
      data.contributors.map(({ variant }) => variant),
    ];
    for (const some of variants) expect(some).to.deep.equal(["baseline", "candidate-2"]);
    expect(data.verdicts.map(({ variant }) => variant)).to.deep.equal(["candidate-2"]);
    const wrong = await gatherReportData(client, "exp-scripted", { variant: "baseline" }).catch((error) => error);
    expect(wrong).to.be.instanceOf(PhoenixError).with.property("reason", ErrorReason.INVALID_FIELD);
  });

  it("counts a process as the verdict does: missed only where it ran and the baseline showed it", async () => {
    const { sightings } = await gatherReportData(server({ fates: "KMB-iK" }).client, "exp-scripted");
    const [nginx] = sightings?.[0]?.processes ?? [];
    const windows = (startsMs: number[] = []) => startsMs.map((atMs) => (atMs - scriptedStartMs) / 60_000);
    expect(windows(nginx?.missedMs)).to.deep.equal([1]);
    expect(windows(nginx?.keptMs)).to.deep.equal([0, 5]);
  });

  it("leaves out what only pictures need when it is asked for figures", async () => {
    const { client, calls } = server();
    const { series, sightings } = await gatherReportData(client, "exp-scripted", { figuresOnly: true });
    expect([series, sightings]).to.deep.equal([[], undefined]);
    expect(calls.map(({ method }) => method))
      .to.not.include.members(["series"])
      .and.not.include.members(["panel"]);
  });
});
