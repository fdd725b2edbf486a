import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DemoSummary } from "@phoenix/cli/demo-summary";
import { expect } from "chai";
import { eventually } from "../harness/eventually.ts";
import { type RunningCommand, startCommand } from "../harness/phoenix-command.ts";
import { processesOf } from "../harness/processes.ts";

describe("the demo", function () {
  this.timeout(600_000);
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "phoenix-test-demo-"));
    chmodSync(folder, 0o711);
  });

  afterEach(() => {
    for (const { pid } of processesOf(folder)) process.kill(pid, "SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });

  /** A demo whose temporary files, and so its processes, can be told from everybody else's. */
  const start = (...args: string[]): RunningCommand =>
    startCommand(["demo", "--report-dir", join(folder, "reports"), ...args], { TMPDIR: folder });

  async function play(scenario: string): Promise<DemoSummary> {
    const { code, stdout, stderr } = await start("--scenario", scenario, "--output", "json").result;
    expect(code, stderr).to.equal(0);
    expect(stderr).to.match(/^forecast: candidate \(/m);
    expect(stderr).to.match(/^Forecast against measured\nARM .*\nbaseline .* %\ncandidate .* %$/m);
    return JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "") as DemoSummary;
  }

  function expectNothingLeft(): void {
    expect(processesOf(folder).map(({ pid, commandLine }) => `${pid} ${commandLine}`)).to.deep.equal([]);
    expect(readdirSync(folder).filter((name) => name !== "reports")).to.deep.equal([]);
  }

  it("promotes the priority filter: far less data, every critical process kept, prices, a report", async () => {
    const summary = await play("promote");
    expect(summary.verdict).to.equal("PROMOTE");
    expect(summary.promoted).to.equal(true);
    expect(summary.reduction.low).to.be.greaterThan(0.2);
    expect(summary.reduction.estimate).to.be.within(summary.reduction.low ?? 1, summary.reduction.high ?? 0);
    expect(summary.series.candidate).to.be.lessThan(summary.series.baseline / 2);
    expect(summary.retention).to.equal(1);
    expect(summary.costs.length).to.be.at.least(3);
    for (const { book, baseline, candidate } of summary.costs) expect(candidate, book).to.be.lessThan(baseline);
    expect(summary.assurance.level).to.equal("reduced");
    expect(summary.assurance.reasons).to.not.be.empty;
    const report = readFileSync(summary.reportPath, "utf8");
    for (const text of ["PROMOTE", "payment-api", "<svg", "baseline"]) expect(report).to.contain(text);
    expect(report).to.not.match(/<script|https?:\/\/(?!www\.w3\.org)/);
    expectNothingLeft();
  });

  it("rejects a candidate that loses a critical process, names it, and promotes nothing", async () => {
    const summary = await play("regression");
    expect(summary.verdict).to.equal("REJECT");
    expect(summary.promoted).to.equal(false);
    expect(summary.retention).to.be.lessThan(1);
    expect(readFileSync(summary.reportPath, "utf8")).to.match(/REJECT[\s\S]*payment-api/);
    expectNothingLeft();
  });

  it("never promotes the baseline against itself", async () => {
    const summary = await play("tie");
    expect(summary.verdict).to.be.oneOf(["INCONCLUSIVE", "REJECT"]);
    expect(summary.promoted).to.equal(false);
    expect(Math.abs(summary.reduction.estimate ?? 1)).to.be.lessThan(0.05);
    expectNothingLeft();
  });

  it("leaves nothing when it is stopped halfway by Ctrl-C", async () => {
    const demo = start();
    await eventually("both arms to run", () => (/RUNNING|measur/i.test(demo.output()) ? true : undefined), 120_000);
    expect(processesOf(folder).length).to.be.greaterThan(4);
    demo.child.kill("SIGINT");
    const { code } = await demo.result;
    expect(code).to.equal(130);
    expectNothingLeft();
    expect(existsSync(join(folder, "reports"))).to.equal(false);
  });
});
