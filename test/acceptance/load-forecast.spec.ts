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

  it(`is said before, and afterwards held against what was measured: within ${tolerancePercent} %`, async () => {
    const file = join(folder, "scenario.yaml");
    writeFileSync(file, scenario);
    const { code, stdout, stderr } = await runCommand(["experiment", "run", "-f", file], {
      PHOENIX_SERVER: site.apiUrl,
    });
    expect(code, stderr).to.equal(0);
    const foretold = [...stderr.matchAll(/^forecast: (\S+) \(\S+\) sends ([\d,]+) series/gm)].map(
      ([, arm, series]): [string | undefined, number] => [arm, Number(series?.replaceAll(",", ""))],
    );
    // Eleven series of each process, and 31 of the host; four of the sessions where they are of the high rank.
    expect(foretold).to.deep.equal([
      ["baseline", 300 * 11 + 31],
      ["candidate", 120 * 11 + 90 * 4 + 31],
    ]);

    const [, table = ""] = stdout.split("Forecast against measured\n");
    const errors = table.split("\n").flatMap((line) => {
      const [, arm, error] = /^(baseline|candidate) .*?([+−][\d.]+) %/.exec(line) ?? [];
      return arm === undefined ? [] : [[arm, Number(error?.replace("−", "-"))] as const];
    });
    expect(errors.map(([arm]) => arm)).to.deep.equal(["baseline", "candidate"]);
    for (const [arm, percent] of errors) {
      console.log(`      the forecast of the ${arm} was off by ${percent} %`);
      expect(Math.abs(percent), `${arm}\n${table}`).to.be.at.most(tolerancePercent);
    }
  });
});
