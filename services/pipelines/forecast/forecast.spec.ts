import { create } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { loadCatalog, type PipelineDefinition, readPipelineDefinition } from "@phoenix/catalog";
import { LoadChaosSchema, LoadProfileSchema } from "@phoenix/gen/phoenix/load/v1/load_profile_pb.ts";
import { expect } from "chai";
import { forecastPipeline } from "./forecast-pipeline.ts";
import { populationOfLoad } from "./load-population.ts";
import { olderRatio, type Population } from "./population.ts";

const catalog = new Map((await loadCatalog()).map((definition) => [definition.name, definition]));

/** 17 of the CPU without its single processors, 6 of the memory, 3 of the load, 5 of the counts of processes. */
const hostSeries = 31;

const still = (name: string, processes: number, over: Partial<Population> = {}): Population => ({
  name,
  processes,
  cpuRatio: 0,
  rssBytes: 2 * 2 ** 20,
  ...over,
});

function forecast(
  pipeline: string | PipelineDefinition,
  populations: Population[],
  given: { variables?: Record<string, string>; mustKeep?: string[]; cpuCount?: number } = {},
) {
  const definition = typeof pipeline === "string" ? catalog.get(pipeline)! : pipeline;
  const { variables = {}, mustKeep = [], cpuCount = 2 } = given;
  return forecastPipeline(definition, { variables, mustKeep }, { populations, cpuCount });
}

describe("a forecast", () => {
  it("of the baseline is eleven series a process beside the host's own", () => {
    const { activeSeries, processSeries, dataPointsPerSecond, processes } = forecast("process-baseline-v1", [
      still("nginx", 3),
      still("nginx", 1, { rssBytes: 2 ** 30 }),
      still("idle", 6),
    ]);
    expect({ activeSeries, processSeries, processes }).to.deep.equal({
      activeSeries: hostSeries + 110,
      processSeries: 110,
      processes: 10,
    });
    expect(dataPointsPerSecond).to.be.closeTo((hostSeries + 110) / 15, 1e-9);
  });

  it("of the priority filter is eleven for critical processes, four for high ones, none for the rest", () => {
    const populations = [still("postgres", 2), still("nginx", 5), still("idle", 90), still("payment-api", 1)];
    const { processSeries, processes } = forecast("process-priority-filter-v1", populations, {
      mustKeep: ["payment-.*"],
    });
    expect(processSeries).to.equal(3 * 11 + 5 * 4);
    expect(processes).to.equal(8);
  });

  it("of the ranking is that of K processes beside must-keep ones", () => {
    const populations = [still("sshd", 1), still("java", 4, { cpuRatio: 0.2 }), still("idle", 90)];
    const { processSeries, processes } = forecast("process-topk-v1", populations, { variables: { k: "10" } });
    expect(processSeries).to.equal(11 + 10 * 8);
    expect(processes).to.equal(11);
    expect(forecast("process-topk-v1", [still("java", 4)]).processSeries, "fewer than K").to.equal(4 * 8);
  });

  it("of groups is four series for each group there is and three for each critical process", () => {
    const populations = [still("nginx", 5), still("sshd", 2), still("other-one", 90), still("java", 3)];
    const { processSeries, processes, dataPointsPerSecond } = forecast("process-aggregated-v1", populations);
    expect(processSeries).to.equal(3 * 4 + 2 * 3);
    expect(processes).to.equal(2);
    expect(dataPointsPerSecond).to.be.closeTo((hostSeries + 18) / 15, 1e-9);
  });

  it("of the adaptive filter is that of the level which the host's load makes", () => {
    const populations = [
      still("sshd", 1),
      still("small", 50),
      still("busy", 2, { cpuRatio: 0.02 }),
      still("large", 3, { rssBytes: 64 * 2 ** 20 }),
    ];
    const quiet = forecast("process-adaptive-filter-v1", populations);
    expect(quiet.processSeries).to.equal(11 + 5 * 9);
    expect(quiet.assumptions.join()).to.contain("level normal");
    const busy = forecast("process-adaptive-filter-v1", [...populations, still("burner", 1, { cpuRatio: 1.9 })]);
    // Under the floors of the level severe all that were kept fall away, and scrapes are four times as far apart.
    expect(busy.processSeries).to.equal(11 + 9);
    expect(busy.assumptions.join()).to.contain("level severe");
    expect(busy.dataPointsPerSecond).to.be.closeTo((hostSeries + 11) / 15 + 9 / 60, 1e-9);
  });

  it("counts of processes that come and go those of a moment, and utilization only of those seen twice", () => {
    const short = still("curl", 44, { lifeMs: [500, 3_000] });
    expect(forecast("process-baseline-v1", [short]).processSeries).to.be.closeTo(44 * 8, 1e-9);
    const longer = still("job", 10, { lifeMs: [30_000, 30_000] });
    expect(forecast("process-baseline-v1", [longer]).processSeries).to.be.closeTo(10 * (8 + 0.5 * 3), 1e-9);
  });

  it("of all processors' series is as many as there are processors", () => {
    const text = catalog
      .get("process-baseline-v1")!
      .text.replace("system.cpu.utilization: { enabled: true }", "system.cpu.time: { attributes: [cpu, state] }");
    const { definition } = readPipelineDefinition(text);
    expect(forecast(definition!, [], { cpuCount: 16 }).activeSeries).to.equal(hostSeries - 16 + 16 * 8);
  });

  it("says what it cannot read, and leaves it out of account", () => {
    const text = catalog
      .get("process-priority-filter-v1")!
      .text.replace(/- not IsMatch\(.*high}\)\)\$"\)/, '- Len(resource.attributes["process.executable.name"]) > 5');
    const { definition } = readPipelineDefinition(text);
    const { assumptions, processSeries } = forecast(definition!, [still("postgres", 1), still("idle", 1)]);
    expect(assumptions.filter((words) => words.includes("filter/low"))).to.have.lengthOf(1);
    expect(processSeries).to.equal(11 + 4);
  });

  it("knows everything about the pipelines that ship", () => {
    for (const name of catalog.keys()) {
      const { assumptions } = forecast(name, [still("idle", 1)]);
      expect(
        assumptions.filter((words) => /processor|receiver|scraper|cannot/.test(words)),
        name,
      ).to.deep.equal([]);
    }
  });
});

describe("the processes of a load", () => {
  const profile = create(LoadProfileSchema, {
    name: "mine",
    defaultProcesses: 100,
    maxProcesses: 200,
    anchors: [{ name: "nginx", cpuWeight: 3 }, { name: "sshd" }],
    others: [
      { name: "session", weight: 3 },
      { name: "worker", cpuWeight: 1 },
    ],
    shortLived: [{ name: "curl" }],
    shortLivedRatio: 0.1,
    shortestLife: durationFromMs(5_000),
    longestLife: durationFromMs(20_000),
    cpuRatio: 0.2,
  });
  const total = (populations: Population[]): number => populations.reduce((sum, { processes }) => sum + processes, 0);

  it("are those that a draw is expected to give, and use the CPU time of the profile in all", () => {
    const populations = populationOfLoad(profile, 0);
    expect(populations.map(({ name, processes }) => [name, processes])).to.deep.equal([
      ["nginx", 1],
      ["sshd", 1],
      ["session", 66],
      ["worker", 22],
      ["curl", 10],
    ]);
    expect(populations.reduce((sum, { processes, cpuRatio }) => sum + processes * cpuRatio, 0)).to.be.closeTo(
      0.2,
      1e-9,
    );
    expect(populations.at(-1)?.lifeMs).to.deep.equal([5_000, 20_000]);
    expect(total(populationOfLoad(profile, 1_000)), "the profile's most").to.equal(200);
    expect(total(populationOfLoad(profile, 2)), "anchors first").to.equal(2);
  });

  it("come at their rate where there is one, whatever the number that runs", () => {
    const churn = { ...profile, spawnsPerSecond: 4 };
    // Four a second that live 12.5 s on average.
    expect(populationOfLoad(churn, 0).at(-1)).to.include({ name: "curl", processes: 50 });
  });

  it("have names of their own where the profile says so", () => {
    const populations = populationOfLoad({ ...profile, uniqueNames: true }, 0);
    const own = populations.filter(({ name }) => /^(session|worker)-[0-9a-z]{3}$/.test(name));
    expect(own).to.have.lengthOf(88);
    expect(new Set(own.map(({ name }) => name)).size).to.equal(88);
    expect(own.filter(({ name }) => name.startsWith("session")).length).to.equal(66);
  });

  it("has spikes for as long as they last, one at a time", () => {
    const spikes10s = { cpuSpikesPerMinute: 2, cpuSpikeRatio: 0.5, spikeDuration: durationFromMs(10_000) };
    const chaos = create(LoadChaosSchema, spikes10s);
    const spikes = populationOfLoad(create(LoadProfileSchema, { ...profile, chaos }), 0).filter(({ name }) =>
      name.endsWith("-spike"),
    );
    expect(spikes.map(({ name }) => name)).to.deep.equal(["cpu-spike"]);
    expect(spikes[0]?.processes).to.be.closeTo(0.25, 1e-9);
  });

  it("are older than an age in the share that renewal theory gives", () => {
    expect(olderRatio({}, 1e9)).to.equal(1);
    expect(olderRatio({ lifeMs: [10, 10] }, 4)).to.be.closeTo(0.6, 1e-9);
    expect(olderRatio({ lifeMs: [5, 20] }, 20)).to.equal(0);
    // By summing over lives: the mean of max(0, L - 10) for L from 5 to 20 is 50 / 15, that of L is 12.5.
    expect(olderRatio({ lifeMs: [5, 20] }, 10)).to.be.closeTo(50 / 15 / 12.5, 1e-9);
    expect(olderRatio({ lifeMs: [5, 20] }, 5)).to.be.closeTo(7.5 / 12.5, 1e-9);
  });
});
