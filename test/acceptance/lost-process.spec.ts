import { join } from "node:path";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Decision } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import type { ArmPanel } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_pb.ts";
import { ExperimentPhase } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { expect } from "chai";
import { eventually } from "../harness/eventually.ts";
import { type NamedProcess, startNamedProcess } from "../harness/named-process.ts";
import { runCommand } from "../harness/phoenix-command.ts";
import { readPanel } from "../harness/read-panel.ts";
import { createSite, type Site } from "../harness/site.ts";
import { startMainJob, waitForBlocks, waitForPhase } from "./main-job.ts";

/** A job that runs for some seconds and must be seen when it does. */
const shortLived = "settle-run";

describe("a candidate that loses one short-lived critical process", function () {
  this.timeout(300_000);
  let site: Site;
  let job: NamedProcess | undefined;

  before(async () => {
    site = await createSite();
    await site.startServer();
  });

  after(async () => {
    await job?.end();
    await site.close();
  });

  /** Starts of the windows in which an arm did, or did not, report the job while the oracle saw it. */
  function windowsOf(arms: ArmPanel[], variant: string, reported: boolean): number[] {
    return arms
      .filter((arm) => arm.variant === variant)
      .flatMap(({ windows }) => windows)
      .filter(({ complete, mustKeep }) =>
        mustKeep.some(
          (one) => complete && one.processName === shortLived && one.oracleSeen && one.reported === reported,
        ),
      )
      .map(({ windowStart }) => (windowStart === undefined ? 0 : timestampMs(windowStart)));
  }

  it("is rejected, and the verdict names the process, the host and the windows", async () => {
    await site.startAgent("web-1");
    const { host } = await site.client.fleet.getHost({ hostId: "web-1" });
    const experimentId = await startMainJob(site, "web-1", 20, {
      arms: [
        { variant: "baseline", pipeline: { name: "process-baseline-v1" } },
        {
          variant: "candidate",
          pipeline: { name: "process-priority-filter-v1", variables: { never: shortLived } },
        },
      ],
      mustKeep: ["postgres", "nginx", "payment-api", "settle-.*"],
    });
    const sound = await waitForBlocks(site, experimentId, 1);
    expect(sound.verdicts[0]?.retention?.misses).to.deep.equal([]);

    job = startNamedProcess(site.folder, shortLived);
    const missed = await eventually(
      "three windows in which only the baseline reported the job",
      async () => {
        const arms = await readPanel(site, experimentId);
        const kept = new Set(windowsOf(arms, "baseline", true));
        const lost = windowsOf(arms, "candidate", false).filter((startMs) => kept.has(startMs));
        return lost.length >= 3 ? lost : undefined;
      },
      60_000,
    );
    await job.end();

    const { verdicts } = await waitForPhase(site, experimentId, ExperimentPhase.COMPLETED);
    const verdict = verdicts[0];
    expect(verdict?.decision, verdict?.reason).to.equal(Decision.REJECT);
    expect(verdict?.reason)
      .to.contain(shortLived)
      .and.to.match(/missing for \d+ windows in a row/);
    expect(verdict?.reason).to.contain(host?.hostId);
    expect(verdict?.reason).to.contain(new Date(missed[0] ?? 0).toISOString().slice(0, 19));

    const [miss, ...others] = verdict?.retention?.misses ?? [];
    expect(others).to.deep.equal([]);
    expect(miss).to.include({ hostId: host?.hostId, processName: shortLived, expression: "settle-.*" });
    expect(miss?.longestGapWindows).to.be.at.least(3);
    expect(miss?.firstWindowStart && timestampMs(miss.firstWindowStart)).to.equal(missed[0]);
    // Far fewer series do not outweigh it.
    expect(verdict?.primary?.reduction?.estimate).to.be.greaterThan(0.2);

    // The same is certified, and the certificate holds for whoever has the key.
    const file = join(site.folder, "certificate.json");
    const phoenix = (...args: string[]) => runCommand(["certificate", ...args, "--server", site.apiUrl]);
    const issued = await phoenix("issue", experimentId, "--file", file);
    expect(issued.code, issued.stderr).to.equal(0);
    const verified = await phoenix("verify", file, "--output", "json");
    expect(verified.code, verified.stderr).to.equal(0);
    const { valid, certificate } = JSON.parse(verified.stdout);
    expect(valid).to.equal(true);
    expect(certificate).to.include({ experimentId, retentionHolds: false, reason: verdict?.reason });
    expect(certificate.retention.misses).to.have.lengthOf(1);
    expect(certificate.retention.misses[0]).to.include({ hostId: host?.hostId, processName: shortLived });
    expect(Date.parse(certificate.retention.misses[0].firstWindowStart)).to.equal(missed[0]);
  });
});
