import { expect } from "chai";
import type { FaultGroup, FaultRow } from "./fault-row.ts";
import { createFaultSite, type FaultSite } from "./site.ts";

/** Runs a row and checks the whole history of its site, what is left over apart. */
export async function runRow(row: FaultRow, site: FaultSite): Promise<string> {
  const seen = await row.run(site);
  expect(await site.check(), "violations").to.deep.equal([]);
  return seen;
}

/** Makes a suite of the short rows of a group; they share a site, whose end is a test too. */
export function describeFaults(group: FaultGroup): void {
  describe(`faults of ${group.name}`, function () {
    this.timeout(120_000);
    let site: FaultSite;
    let closed = false;

    before(async () => {
      site = await createFaultSite({ replicas: group.replicas });
    });
    after(async () => {
      if (!closed) await site.close();
    });

    for (const row of group.rows.filter(({ long }) => long !== true)) {
      it(row.name, async () => {
        await runRow(row, site);
      });
    }
    it("leave no process and no port behind", async () => {
      closed = true;
      expect(await site.close()).to.deep.equal([]);
    });
  });
}
