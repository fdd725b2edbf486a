import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CollectorState } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import type { WindowMeasurement } from "@phoenix/gen/phoenix/measurement/v1/observation_pb.ts";
import { createLogger } from "@phoenix/platform/logging";
import { expect } from "chai";
import { readProcess } from "../probes/index.ts";
import { eventually } from "../scripted-controller/index.ts";
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
      },
    ],
    usage: () => {
      const { cpuSeconds, rssBytes } = readProcess(process.pid)!;
      return { cpuSeconds, rssBytes };
    },
    exporterFailures: async () => 0,
  };
  const create = (): Measurement =>
    createMeasurement({
      directory,
      supervisor,
      clockOffsetMs: () => 0,
      observe: async ({ measurement }) => void observed.push(measurement!),
      logger,
    });

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "phoenix-measurement-"));
    observed = [];
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

  it("takes what a collector outside experiments delivers and observes nothing", async () => {
    const url = await measurement.open(spec({ collectorId: "active", experimentId: "", windowMs: 0, mustKeep: [] }));
    const answer = await fetch(`${url}/v1/metrics`, {
      method: "POST",
      headers: { "content-type": "application/x-protobuf" },
      body: new Uint8Array(),
    });
    expect(answer.status).to.equal(200);
    expect(observed).to.deep.equal([]);
  });

  it("refuses an expression that cannot be matched", async () => {
    const error = await measurement.open(spec({ mustKeep: ["(?=x)"] })).catch((caught: Error) => caught);
    expect(error).to.be.instanceOf(Error).with.property("message").that.contains("(?=x)");
  });
});
