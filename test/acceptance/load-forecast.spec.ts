import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { runCommand } from "../harness/phoenix-command.ts";
import { createSite, type Site } from "../harness/site.ts";

/** What a seed draws differs from what is to be expected of it; on a busy machine a window may miss a scrape. */
const tolerancePercent = 15;

// Filters by the names of the load, so that what else runs on this machine is no part of it.
const scenario = `
hosts: [web-1]
baseline: { pipeline: process-priority-filter-v1, variables: { critical: "(tenant|session|worker|job)-.*", high: none } }
candidates:
  - { pipeline: process-priority-filter-v1, variables: { critical: "tenant-.*", high: "session-.*" } }
duration: 60s
load: { profile: high-cardinality, processes: 300 }
acceptScope: true
`;

const ownLoad = `name: mine
description: A few tenants and fewer sessions.
default_processes: 60
anchors: [nginx]
unique_names: true
others: [{ name: tenant, weight: 3 }, { name: session, weight: 1 }]
`;

describe("the forecast of an experiment with load", function () {
  this.timeout(300_000);
  let site: Site;
  let folder: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "phoenix-forecast-"));
    site = await createSite();
    await site.startServer();
    await site.startAgent("web-1");
  });

  after(async () => {
    await site.close();
    rmSync(folder, { recursive: true });
  });

  /** Runs an experiment from a scenario; what was foretold of each arm, and by how many per cent that was off. */
  async function runScenario(text: string) {
    const file = join(folder, "scenario.yaml");
    writeFileSync(file, text);
    const { code, stdout, stderr } = await runCommand(["experiment", "run", "-f", file], {
      PHOENIX_SERVER: site.apiUrl,
    });
    expect(code, stderr).to.equal(0);
    const foretold = [...stderr.matchAll(/^forecast: (\S+) \(\S+\) sends ([\d,]+) series/gm)].map(
      ([, arm, series]): [string | undefined, number] => [arm, Number(series?.replaceAll(",", ""))],
    );
    const [, table = ""] = stdout.split("Forecast against measured\n");
    const errors = table.split("\n").flatMap((line) => {
      const [, arm, error] = /^(baseline|candidate) .*?([+−][\d.]+) %/.exec(line) ?? [];
      return arm === undefined ? [] : [[arm, Number(error?.replace("−", "-"))] as const];
    });
    for (const [arm, percent] of errors) console.log(`      the forecast of the ${arm} was off by ${percent} %`);
    return { foretold, table, stdout, errors };
  }

  it(`is said before, and afterwards held against what was measured: within ${tolerancePercent} %`, async () => {
    const { foretold, table, errors } = await runScenario(scenario);
    // Eleven series of each process, and 31 of the host; four of the sessions where they are of the high rank.
    expect(foretold).to.deep.equal([
      ["baseline", 300 * 11 + 31],
      ["candidate", 120 * 11 + 90 * 4 + 31],
    ]);
    expect(errors.map(([arm]) => arm)).to.deep.equal(["baseline", "candidate"]);
    for (const [arm, percent] of errors) {
      expect(Math.abs(percent), `${arm}\n${table}`).to.be.at.most(tolerancePercent);
    }
  });

  it(`is of a load of one's own, which runs on the host: within ${tolerancePercent} %`, async () => {
    writeFileSync(join(folder, "mine.yaml"), ownLoad);
    const { foretold, table, stdout, errors } = await runScenario(
      scenario.replace(/^load: .*$/m, "load: { profile: mine.yaml, processes: 80 }"),
    );
    // One anchor of neither name, and of the other 79 processes three in four are tenants.
    expect(foretold).to.deep.equal([
      ["baseline", 79 * 11 + 31],
      ["candidate", 59 * 11 + 20 * 4 + 31],
    ]);
    expect(stdout).to.match(/^Load +mine, a profile of one's own; 80 processes$/m);
    expect(errors.map(([arm]) => arm)).to.deep.equal(["baseline", "candidate"]);
    // What was drawn of each name by the seed is the candidate's alone; the baseline keeps both.
    const [[, percent] = ["", Number.NaN]] = errors;
    expect(Math.abs(percent), table).to.be.at.most(tolerancePercent);
  });

  it(`counts the load of every host of a machine, of which each sees all: within ${tolerancePercent} %`, async () => {
    await site.startAgent("web-2");
    const { foretold, table, stdout, errors } = await runScenario(
      scenario.replace("[web-1]", "[web-1, web-2]").replace("processes: 300", "processes: 100"),
    );
    expect(foretold).to.deep.equal([
      ["baseline", 2 * (2 * 100 * 11 + 31)],
      ["candidate", 2 * (2 * (40 * 11 + 30 * 4) + 31)],
    ]);
    expect(stdout).to.match(/^Hosts +web-1, web-2$/m);
    expect(errors.map(([arm]) => arm)).to.deep.equal(["baseline", "candidate"]);
    for (const [arm, percent] of errors) {
      expect(Math.abs(percent), `${arm}\n${table}`).to.be.at.most(tolerancePercent);
    }
  });

  it("is not made where the file of the load is wrong: file and line say so", async () => {
    writeFileSync(join(folder, "mine.yaml"), ownLoad.replace("others:", "cpu_ratio: 9\nothers:"));
    const { code, stderr } = await runCommand(
      [
        "experiment",
        "run",
        "--baseline",
        "process-baseline-v1",
        "--candidate",
        "process-topk-v1",
        "--load",
        join(folder, "mine.yaml"),
      ],
      { PHOENIX_SERVER: site.apiUrl },
    );
    expect(code).to.equal(2);
    expect(stderr).to.contain("mine.yaml:6:1: cpu_ratio: must be a number from 0 to 4");
    const { stdout } = await runCommand(["experiment", "list", "-o", "json"], { PHOENIX_SERVER: site.apiUrl });
    expect(stdout).not.to.contain("process-topk-v1");
  });
});
