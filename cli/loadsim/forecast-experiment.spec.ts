import { create } from "@bufbuild/protobuf";
import { createClient, createRouterTransport } from "@connectrpc/connect";
import { BenchmarkService } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import {
  type Experiment,
  ExperimentHostSchema,
  ExperimentSchema,
  LoadSpecSchema,
} from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { FleetService } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import { LoadProfileSchema } from "@phoenix/gen/phoenix/load/v1/load_profile_pb.ts";
import {
  type ForecastPipelineRequest,
  PipelineService,
} from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { expect } from "chai";
import { describeForecast, forecastLines, forecastTable } from "./describe-forecast.ts";
import { compareForecast, forecastExperiment } from "./forecast-experiment.ts";
import { bootIdHere, runningProcesses } from "./running-processes.ts";

const experiment: Experiment = create(ExperimentSchema, {
  experimentId: "exp-1",
  spec: {
    arms: [
      { variant: "baseline", pipeline: { name: "all", variables: { interval: "30s" } } },
      { variant: "candidate", pipeline: { name: "few" } },
    ],
    mustKeep: ["nginx"],
    load: { profile: "realistic", processes: 60, seed: 7n },
  },
  hosts: ["here", "there-1", "there-2"].map((hostId) => ({ hostId })),
  plan: { windowSeconds: 5, warmupWindows: 2 },
  productionIntervalSeconds: { baseline: 30, candidate: 5 },
});

describe("the forecast of an experiment", () => {
  let asked: ForecastPipelineRequest[];
  let windows: number;

  /** A server whose forecasts are 100 series, and those of the processes that were named besides. */
  const transport = createRouterTransport(({ service }) => {
    service(FleetService, {
      getHost: ({ hostId }) => ({
        host: { hostId, facts: { cpuCount: 4, bootId: hostId === "here" ? bootIdHere() : `boot of ${hostId}` } },
      }),
    });
    service(PipelineService, {
      forecastPipeline(request) {
        asked.push(request);
        const activeSeries = 100 + request.population.length;
        return { activeSeries, dataPointsPerSecond: activeSeries / 5, assumptions: ["It is Linux."] };
      },
    });
    service(BenchmarkService, {
      calculateKpis: () => ({
        arms: [
          { variant: "baseline", windows, activeSeriesMean: 250, dataPointsPerSecond: 62 },
          { variant: "candidate", windows: 0 },
        ],
      }),
    });
  });
  const client = {
    fleet: createClient(FleetService, transport),
    pipelines: createClient(PipelineService, transport),
    benchmark: createClient(BenchmarkService, transport),
  };
  const running = [{ name: "sshd", processes: 1 as const, cpuRatio: 0, rssBytes: 1 }];

  beforeEach(() => {
    asked = [];
    windows = 3;
  });

  it("asks once for hosts that are alike, and names other processes for this machine alone", async () => {
    const [baseline] = await forecastExperiment(client, experiment, running);
    expect(asked).to.have.lengthOf(4);
    const [here] = asked.filter(({ population }) => population.length > 0);
    // A collector for each arm and the process that holds the load run too.
    expect(here?.population.map(({ name }) => name)).to.deep.equal(["sshd", "loadsim-host", "otelcol", "otelcol"]);
    expect(baseline?.activeSeries).to.equal(2 * 100 + 104);
    expect(baseline?.assumptions).to.deep.equal(["It is Linux."]);
  });

  it("has the load of every host of a machine, because each sees the processes of all", async () => {
    const three = create(ExperimentSchema, {
      ...experiment,
      hosts: ["here", "here", "there-1"].map((hostId) => create(ExperimentHostSchema, { hostId })),
    });
    const [baseline] = await forecastExperiment(client, three, running);
    expect(asked.map(({ loadsOnMachine }) => loadsOnMachine).toSorted()).to.deep.equal([1, 1, 2, 2]);
    const here = asked.find(({ loadsOnMachine }) => loadsOnMachine === 2);
    expect(here?.population.filter(({ name }) => name === "otelcol")).to.have.lengthOf(4);
    expect(baseline?.activeSeries).to.equal(2 * (100 + here!.population.length) + 100);
  });

  it("is of a load of one's own as the experiment has it", async () => {
    const custom = create(LoadProfileSchema, { name: "mine", defaultProcesses: 3, maxProcesses: 9 });
    const load = { custom, seed: 1n };
    await forecastExperiment(
      client,
      create(ExperimentSchema, { ...experiment, spec: { ...experiment.spec!, load: create(LoadSpecSchema, load) } }),
      [],
    );
    for (const request of asked) expect(request).to.deep.include({ loadProfile: "", customLoad: custom });
  });

  it("is of the load, the rules and the interval of the experiment", async () => {
    await forecastExperiment(client, experiment, running);
    const of = (name: string) => asked.find(({ pipeline }) => pipeline?.name === name);
    expect(of("all")).to.deep.include({ loadProfile: "realistic", loadProcesses: 60, seed: 7n, cpuCount: 4 });
    expect(of("all")?.mustKeep).to.deep.equal(["nginx"]);
    expect(of("all")?.pipeline?.variables).to.deep.equal({ interval: "5s" });
    expect(of("few")?.pipeline?.variables, "it scrapes often enough").to.deep.equal({});
  });

  it("is held against what was measured, with the error, for the arms that were", async () => {
    const forecasts = await forecastExperiment(client, experiment, running);
    const compared = await compareForecast(client, experiment, forecasts);
    expect(compared.map(({ variant }) => variant)).to.deep.equal(["baseline"]);
    expect(forecastTable(compared).split("\n")[1]).to.match(/^baseline +304 +250 +\+21\.6 % +60\.8 +62\.0 +−1\.9 %$/);
    windows = 0;
    expect(forecastTable(await compareForecast(client, experiment, forecasts))).to.contain("Nothing was measured");
  });

  it("is a line for each arm, with what it assumes once", async () => {
    const lines = forecastLines(await forecastExperiment(client, experiment, running)).split("\n");
    expect(lines).to.deep.equal([
      "forecast: baseline (all) sends 304 series, 60.8 data points a second",
      "forecast: candidate (few) sends 304 series, 60.8 data points a second",
      "  assumed: It is Linux.",
    ]);
    const answer = await client.pipelines.forecastPipeline({ pipeline: { name: "all" } });
    expect(describeForecast(answer)).to.match(/Active series +100\n[\s\S]*- It is Linux\.$/);
  });
});

describe("the processes of this machine", () => {
  it("are known by the names that collectors report, with what they use", () => {
    const all = runningProcesses();
    expect(all.length).to.be.at.least(1);
    for (const { name, cpuRatio, rssBytes } of all) {
      expect(name).not.to.equal("");
      expect(cpuRatio, name).to.be.within(0, 4_096);
      expect(rssBytes, name).to.be.at.least(0);
    }
    const largest = Math.max(...all.map(({ rssBytes }) => rssBytes));
    expect(largest).to.be.at.least(process.memoryUsage.rss() * 0.5);
  });
});
