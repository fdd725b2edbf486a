import { setTimeout as delay } from "node:timers/promises";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { CollectorState } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import type { WindowMeasurement } from "@phoenix/gen/phoenix/measurement/v1/observation_pb.ts";
import { expect } from "chai";
import { eventually } from "../harness/eventually.ts";
import { readPanel } from "../harness/read-panel.ts";
import { createSite, type Site } from "../harness/site.ts";
import { armPids, startMainJob } from "./main-job.ts";
import { holdTo } from "./measured-figures.ts";

const windowMs = 5_000;
const awayMs = 60_000;

describe("AT-P13: a controller that is away for a minute", function () {
  this.timeout(300_000);
  let site: Site;

  before(async () => {
    site = await createSite();
    await site.startServer();
    await site.startAgent("web-1");
  });

  after(() => site.close());

  const startsOf = (windows: readonly WindowMeasurement[]): number[] =>
    windows.map(({ windowStart }) => (windowStart === undefined ? 0 : timestampMs(windowStart)));

  it("costs no window, no process, and the host is as it was", async () => {
    const experimentId = await startMainJob(site, "web-1", 10);
    await eventually(
      "windows of both arms",
      async () => {
        const arms = await readPanel(site, experimentId);
        return (arms.length === 2 && arms.every(({ windows }) => windows.length >= 2)) || undefined;
      },
      90_000,
    );
    const before = await armPids(site, "web-1");
    if (site.server === undefined) throw new Error("there is no server");
    await site.end(site.server, "SIGKILL");
    const goneMs = Date.now();
    await delay(awayMs);
    const backMs = Date.now();
    for (const pid of Object.values(before)) expect(() => process.kill(pid, 0)).to.not.throw();
    await site.startServer();
    await site.waitForHost("web-1");

    const arms = await eventually(
      "the windows of the minute",
      async () => {
        const arms = await readPanel(site, experimentId);
        const done = arms.every(({ windows }) => Math.max(...startsOf(windows)) > backMs + windowMs);
        return done ? arms : undefined;
      },
      60_000,
    );
    for (const { variant, windows } of arms) {
      const starts = startsOf(windows);
      const wanted = (Math.max(...starts) - Math.min(...starts)) / windowMs + 1;
      holdTo("AT-P13", `windows of ${variant} missing, of ${wanted}`, wanted - new Set(starts).size, ["exactly", 0]);
      expect(starts, `${variant}: windows that count twice`).to.have.lengthOf(new Set(starts).size);
      const away = windows.filter(
        (_, index) => (starts[index] ?? 0) > goneMs && (starts[index] ?? 0) < backMs - windowMs,
      );
      expect(away.length).to.be.at.least(10);
      expect(away.filter(({ complete, dataPoints }) => !complete || dataPoints === 0n)).to.deep.equal([]);
    }
    expect(await armPids(site, "web-1")).to.deep.equal(before);
    const { host } = await site.client.fleet.getHost({ hostId: "web-1" });
    expect(host?.collectors.map(({ state, restarts }) => [state, restarts])).to.deep.equal([
      [CollectorState.HEALTHY, 0],
      [CollectorState.HEALTHY, 0],
    ]);
  });
});
