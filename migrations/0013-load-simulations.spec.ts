import { type Database, migrate } from "@phoenix/platform/database";
import { createTestDatabase, stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { Experiments1700000000006 } from "./0006-experiments.ts";
import { LoadSimulations1700000000013 } from "./0013-load-simulations.ts";

after(stopTestDatabases);

const before = [Experiments1700000000006];
const all = [...before, LoadSimulations1700000000013];

describe("the migration to load simulations of their own", () => {
  let db: Database;

  beforeEach(async () => {
    db = await createTestDatabase({ migrations: before });
    await db.query(
      `INSERT INTO experiments (experiment_id, name, spec, phase_reason, phase_deadline, create_time)
       VALUES ('exp-1', 'try', '{}', 'new', now(), now())`,
    );
    await db.query(
      "INSERT INTO experiment_hosts (experiment_id, host_id, host_name) VALUES ('exp-1', 'h1', 'web-1'), ('exp-1', 'h2', 'web-2')",
    );
    for (const host of ["h1", "h2"]) {
      await db.query(
        `INSERT INTO load_simulations (load_simulation_id, host_id, experiment_id, profile, processes, seed, state)
         VALUES ('exp-1.load', $1, 'exp-1', 'realistic', 7, 18446744073709551615, 'running')`,
        [host],
      );
    }
  });

  afterEach(() => db.close());

  const old = () =>
    db.query("SELECT host_id, experiment_id, profile, processes, seed, state FROM load_simulations ORDER BY host_id");

  it("keeps the load of experiments, up and down", async () => {
    const known = await old();
    await migrate(db, all, "up");
    expect(
      await db.query(
        `SELECT s.experiment_id, s.profile, s.processes, s.seed, h.host_id, h.host_name, h.state
         FROM load_simulations s JOIN load_simulation_hosts h USING (load_simulation_id) ORDER BY h.host_id`,
      ),
    ).to.deep.equal(
      ["1", "2"].map((number) => ({
        experiment_id: "exp-1",
        profile: { name: "realistic" },
        processes: 7,
        seed: "18446744073709551615",
        host_id: `h${number}`,
        host_name: `web-${number}`,
        state: "running",
      })),
    );
    await migrate(db, all, "down");
    expect(await old()).to.deep.equal(known);
  });

  it("takes load that stands alone, and leaves it behind on the way down", async () => {
    await migrate(db, all, "up");
    await db.query(
      `INSERT INTO load_simulations (load_simulation_id, profile, processes, seed, max_duration_ms, create_time)
       VALUES ('load-1', '{"name":"mine"}', 5, 1, 60000, now())`,
    );
    await db.query("INSERT INTO load_simulation_hosts (load_simulation_id, host_id) VALUES ('load-1', 'h3')");
    await migrate(db, all, "down");
    expect((await old()).length).to.equal(2);
  });
});
