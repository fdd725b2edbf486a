import { DriftState } from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import { expect } from "chai";
import { eventually } from "../harness/eventually.ts";
import { type NamedProcess, startNamedProcess } from "../harness/named-process.ts";
import { type RunningPrometheus, startPrometheus } from "../harness/prometheus.ts";
import { createSite, type Site } from "../harness/site.ts";
import { activeCollector, deploy, hostOf, waitForDeployment } from "./deployed.ts";
import { holdTo } from "./measured-figures.ts";

/** A process that is there from before the deployment until the end. */
const watched = "at-p01-watched";

describe("AT-P01: the baseline on a host", function () {
  this.timeout(700_000);
  let watchedProcess: NamedProcess | undefined;
  let prometheus: RunningPrometheus | undefined;
  let site: Site | undefined;

  before(async function () {
    // The first time it is downloaded or built.
    this.timeout(25 * 60_000);
    prometheus = await startPrometheus();
  });

  after(async () => {
    await watchedProcess?.end();
    await site?.close();
    await prometheus?.stop();
  });

  /** The one number that a query gives; undefined for none. */
  async function ask(query: string): Promise<number | undefined> {
    const response = await fetch(`${prometheus?.url}/api/v1/query`, {
      method: "POST",
      body: new URLSearchParams({ query }),
    });
    const { data } = (await response.json()) as { data?: { result?: { value: [number, string] }[] } };
    const value = data?.result?.[0]?.value[1];
    return value === undefined ? undefined : Number(value);
  }

  it("is ready within ten minutes of nothing, and its metrics are in Prometheus", async () => {
    const beganMs = Date.now();
    site = await createSite();
    await site.startServer(["--remote-write-url", prometheus?.remoteWriteUrl ?? ""]);
    await site.startAgent("web-1");
    watchedProcess = startNamedProcess(site.folder, watched);
    const what = ["process-baseline-v1", "--var", "interval=5s", "--must-keep", watched];
    const deploymentId = await deploy(site, ...what, "--host", "web-1");
    const host = await hostOf(site, deploymentId);
    expect(host).to.include({ drift: DriftState.IN_SYNC, runningDigest: host.wantedDigest });
    await activeCollector(site, "web-1", host.wantedDigest);
    holdTo("AT-P01", "until a healthy collector ran, from nothing", secondsSince(beganMs), ["most", 600], "s");

    const cpuTime = '{__name__=~"process_cpu_time.*"}';
    const series = await eventually("process metrics in Prometheus", () => ask(`count(${cpuTime})`), 120_000);
    holdTo("AT-P01", "until metrics were in Prometheus, from nothing", secondsSince(beganMs), ["most", 600], "s");
    holdTo("AT-P01", "series of CPU time in Prometheus", series, ["least", 3]);
    const ofOne = `process_threads{process_executable_name="${watched}"}`;
    const samples = await eventually(
      "scrape after scrape of one process in Prometheus",
      async () => {
        const count = await ask(`sum(count_over_time(${ofOne}[10m]))`);
        return count !== undefined && count >= 3 ? count : undefined;
      },
      120_000,
    );
    holdTo("AT-P01", "scrapes of one process in Prometheus", samples, ["least", 3]);

    // What comes in goes out: the baseline drops nothing. Where processes come and go in numbers a period may say otherwise.
    const { figures } = await waitForDeployment(
      site,
      deploymentId,
      "a period in which the baseline sends what it takes in",
      (deployment) => Math.abs(deployment.figures?.reductionRatio ?? Number.NaN) <= 0.1,
      240_000,
    );
    holdTo("AT-P01", "reduction by the baseline", Math.abs(figures?.reductionRatio ?? Number.NaN), ["most", 0.1], "%");
    holdTo("AT-P01", "retention of a must-keep process", figures?.retentionRatio ?? 0, ["exactly", 1], "%");
  });
});

function secondsSince(beganMs: number): number {
  return (Date.now() - beganMs) / 1000;
}
