import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CollectorFigures, CollectorState } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import type { WindowMeasurement } from "@phoenix/gen/phoenix/measurement/v1/observation_pb.ts";
import { createLogger } from "@phoenix/platform/logging";
import { expect } from "chai";
import { readProcess } from "../probes/index.ts";
import { eventually } from "../scripted-controller/index.ts";
import { scrapeOf, writeBackwards } from "../tap/fixture/index.ts";
import { type ArmSpec, createMeasurement, type Measurement } from "./index.ts";

const logger = createLogger({ name: "test", level: "silent" });
const own = readProcess(process.pid)!;

const spec = (over: Partial<ArmSpec> = {}): ArmSpec => ({
  collectorId: "e.baseline",
  configDigest: "a".repeat(64),
  pipeline: "p",
  variant: "baseline",
  experimentId: "e",
  memoryLimitMib: 0,
  windowMs: 1_000,
  scrapeIntervalMs: 0,
  mustKeep: [".*"],
  ...over,
});

describe("the measurement", function () {
  this.timeout(15_000);
  let directory: string;
  let measurement: Measurement;
  let observed: WindowMeasurement[];
  /** What the collector's own counter says, and its configuration. */
  let accepted: number | null;
  let configText: string | null;
  let plansAsked: (number | null)[];

  /** This very process stands for the collector. */
  const supervisor = {
    list: () => [
      {
        spec: { ...spec(), tapUrl: "" },
        state: CollectorState.HEALTHY,
        pid: own.pid,
        startTicks: own.startTicks,
        startedAtMs: 0,
        restarts: 0,
        lastError: "",
        healthPort: 0,
        metricsPort: 0,
        edited: false,
        dynamicDetail: "",
      },
    ],
    usage: () => {
      const { cpuSeconds, rssBytes } = readProcess(process.pid)!;
      return { cpuSeconds, rssBytes };
    },
    exporterFailures: async () => 0,
    acceptedPoints: async () => accepted,
    configText: async () => configText,
  };
  const create = (): Measurement =>
    createMeasurement({
      directory,
      supervisor,
      clockOffsetMs: () => 0,
      observe: async ({ measurement }) => void observed.push(measurement!),
      planFigures(intervalMs) {
        plansAsked.push(intervalMs);
        const windowMs = intervalMs === null ? 2_000 : 1_000;
        return { intervalMs, windowMs, periodMs: windowMs };
      },
      logger,
    });

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "phoenix-measurement-"));
    observed = [];
    plansAsked = [];
    accepted = null;
    configText = null;
    measurement = create();
    await measurement.start();
  });
  afterEach(async () => {
    await measurement.stop();
    await rm(directory, { recursive: true, force: true });
  });

  it("says of the first window that it was opened late, and measures the next ones whole", async () => {
    await measurement.open(spec());
    await eventually("two whole windows", () => observed.filter((window) => window.complete).length >= 2);
    expect(observed[0]).to.include({ complete: false });
    const whole = observed.find((window) => window.complete)!;
    expect(whole.collectorUp).to.equal(true);
    expect(Number(whole.collectorRssBytes)).to.be.greaterThan(1e6);
    expect(whole.mustKeep.every(({ oracleSeen, reported }) => oracleSeen && !reported)).to.equal(true);
  });

  it("says of a window that the configuration changed in it", async () => {
    const url = await measurement.open(spec());
    await eventually("a whole window", () => observed.some((window) => window.complete));
    expect(await measurement.open(spec({ configDigest: "b".repeat(64) }))).to.equal(url);
    await eventually("the window", () => observed.some(({ incompleteReason }) => incompleteReason.includes("changed")));
  });

  it("goes on under the same address after a restart, until the arm is closed", async () => {
    const url = await measurement.open(spec());
    await measurement.stop();
    measurement = create();
    await measurement.start();
    expect(await measurement.open(spec())).to.equal(url);
    await measurement.close("e.baseline");
    expect(await measurement.open(spec())).to.not.equal(url);
  });

  it("takes another port when somebody has the one of before", async () => {
    const url = await measurement.open(spec());
    await measurement.stop();
    const squatter = createServer().listen(Number(new URL(url).port), "127.0.0.1");
    await eventually("the squatter", () => squatter.listening);
    measurement = create();
    await measurement.start();
    expect(await measurement.open(spec())).to.not.equal(url);
    squatter.close();
  });

  describe("of a collector outside experiments", () => {
    const active = (over: Partial<ArmSpec> = {}) =>
      spec({ collectorId: "e.baseline", experimentId: "", variant: "active", windowMs: 0, mustKeep: [], ...over });
    const deliver = async (url: string): Promise<void> => {
      const answer = await fetch(`${url}/v1/metrics`, {
        method: "POST",
        headers: { "content-type": "application/x-protobuf" },
        body: new Uint8Array(writeBackwards(scrapeOf(3))),
      });
      expect(answer.status).to.equal(200);
      accepted = (accepted ?? 0) + 100;
    };
    const nextFigures = (until: (figures: CollectorFigures) => boolean): Promise<CollectorFigures> =>
      eventually("the figures", () => measurement.takeFigures().find(until), 12_000);

    it("are figures, once a period and only where somebody asks, and no observations", async () => {
      const url = await measurement.open(active());
      configText = "collection_interval: 1s";
      accepted = 0;
      const delivering = setInterval(() => void deliver(url), 250);
      try {
        const figures = await nextFigures(({ activeSeries }) => activeSeries > 0n);
        expect(measurement.takeFigures()).to.deep.equal([]);
        expect(figures).to.include({ collectorId: "e.baseline", retentionRatio: -1 });
        expect(figures.outputPointsPerSecond).to.be.greaterThan(0);
        expect(figures.inputPointsPerSecond / figures.outputPointsPerSecond).to.be.greaterThan(1);
        expect(Number(figures.rssBytes)).to.be.greaterThan(1e6);
        expect(plansAsked).to.deep.equal([null, 1_000]);
      } finally {
        clearInterval(delivering);
      }
      expect(observed).to.deep.equal([]);
    });

    it("say which share of must-keep processes was reported, and begin anew with another configuration", async () => {
      configText = "";
      await measurement.open(active({ mustKeep: [".*"] }));
      const figures = await nextFigures(({ retentionRatio }) => retentionRatio >= 0);
      expect(figures).to.include({ retentionRatio: 0, activeSeries: 0n, inputPointsPerSecond: -1 });
      configText = "collection_interval: 5s";
      await measurement.open(active({ mustKeep: [".*"], configDigest: "b".repeat(64) }));
      expect(measurement.takeFigures()).to.deep.equal([]);
      await nextFigures(({ retentionRatio }) => retentionRatio >= 0);
      expect(plansAsked).to.deep.equal([null, null, 5_000]);
    });
  });

  it("refuses an expression that cannot be matched", async () => {
    const error = await measurement.open(spec({ mustKeep: ["(?=x)"] })).catch((caught: Error) => caught);
    expect(error).to.be.instanceOf(Error).with.property("message").that.contains("(?=x)");
  });
});
