import { readFileSync } from "node:fs";
import { expect } from "chai";
import { createSite, type Site } from "../harness/site.ts";
import { activeCollector, deploy, hostOf, waitForDeployment } from "./deployed.ts";
import { holdTo } from "./measured-figures.ts";

/** The least time watched: three scrapes at the interval the baseline has by default. */
const watchedMs = 45_000;
/** Clock ticks a second in /proc, the same on every Linux (proc_pid_stat(5)). */
const ticksPerSecond = 100;

describe("AT-P10: the baseline's collector on a host that is idle", function () {
  this.timeout(240_000);
  let site: Site;

  before(async () => {
    site = await createSite();
    await site.startServer();
    await site.startAgent("web-1");
  });

  after(() => site.close());

  const cpuSeconds = (pid: number): number => {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  };
  /** The most it ever had, as the kernel kept it. */
  const peakRssBytes = (pid: number): number =>
    Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? Number.NaN) * 1024;

  it("takes less than five per cent of a core and a hundred MiB", async () => {
    const deploymentId = await deploy(site, "process-baseline-v1", "--host", "web-1");
    const digest = (await hostOf(site, deploymentId)).wantedDigest;
    const { pid } = await activeCollector(site, "web-1", digest);
    const before = { atMs: performance.now(), cpu: cpuSeconds(pid) };
    const { figures } = await waitForDeployment(
      site,
      deploymentId,
      "a whole period in which the collector sent what it scraped",
      (deployment) => performance.now() - before.atMs > watchedMs && (deployment.figures?.dataPointsPerSecond ?? 0) > 0,
      150_000,
    );
    // Counters of this process alone: what else the machine does is not in them.
    const share = (cpuSeconds(pid) - before.cpu) / ((performance.now() - before.atMs) / 1000);
    holdTo("AT-P10", "CPU of the collector, of a core", share, ["below", 0.05], "%");
    holdTo("AT-P10", "largest resident memory of the collector", peakRssBytes(pid), ["below", 100 * 1024 ** 2], "MiB");
    holdTo("AT-P10", "series that it sends", figures?.outputSeries ?? 0, ["least", 100]);
    expect((await activeCollector(site, "web-1", digest)).pid, "the collector was started anew").to.equal(pid);
  });
});
