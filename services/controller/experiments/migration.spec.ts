import type { Database } from "@phoenix/platform/database";
import { migrate } from "@phoenix/platform/database";
import { createTestDatabase, stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { Experiments1700000000006 } from "../../../migrations/0006-experiments.ts";
import { CalibrationAndHoldBack1700000000009 } from "../../../migrations/0009-calibration-and-hold-back.ts";
import { controllerMigrations } from "../testing/index.ts";
import { phases } from "./state-machine.ts";

after(stopTestDatabases);

describe("the tables of experiments", () => {
  let db: Database;

  beforeEach(async () => {
    db = await createTestDatabase({ migrations: controllerMigrations });
  });
  afterEach(async () => {
    await db.close();
  });

  const insert = `
    INSERT INTO experiments (experiment_id, name, spec, phase_reason, phase_deadline, create_time)
    VALUES ('e', 'try', '{}', 'new', now(), now())`;

  /** Steps down to the schema that a migration found. */
  const stepsBefore = (migration: (typeof controllerMigrations)[number]): number =>
    controllerMigrations.length - controllerMigrations.indexOf(migration);

  it("know exactly the phases of the state machine", async () => {
    const [row] = await db.query<{ definition: string }>(
      `SELECT pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE conname = 'experiments_phase_check'`,
    );
    const known = [...row!.definition.matchAll(/'(\w+)'::text/g)].map(([, name]) => name);
    expect(known.toSorted()).to.deep.equal(phases.toSorted());
  });

  it("take no row that cannot be", async () => {
    await db.query(insert);
    const impossible = [
      "phase = 'failed'",
      "end_time = now()",
      "phase_deadline = NULL",
      "phase = 'running', plan = '{}', start_time = now()",
      "phase = 'completed', plan = '{}', start_time = now(), measure_time = now(), end_time = now(), phase_deadline = NULL",
      "outcome = 'kept'",
      "hold_until = now()",
      "promoted_digest = repeat('a', 64)",
      "lease_holder = 'me'",
      "hold_back_until = now()",
      "promote_time = now()",
      "phase = 'analyzing', plan = '{}', start_time = now(), calibrate_time = now()",
    ];
    for (const change of impossible) {
      const error = await db.query(`UPDATE experiments SET ${change}`).catch((caught: unknown) => caught);
      expect(error, change).to.have.property("code", "23514");
    }
  });

  it("engage a host once", async () => {
    await db.query(insert);
    await db.query(insert.replace("'e'", "'f'"));
    const engage = "INSERT INTO experiment_hosts (experiment_id, host_id, host_name) VALUES ($1, 'h', 'h')";
    await db.query(engage, ["e"]);
    expect(await db.query(engage, ["f"]).catch((caught: unknown) => caught)).to.have.property("code", "23505");
    await db.query("UPDATE experiment_hosts SET engaged = false");
    await db.query(engage, ["f"]);
  });

  it("go down with data in them, and up again", async () => {
    await db.query(insert);
    await migrate(db, controllerMigrations, "down", { steps: stepsBefore(Experiments1700000000006) });
    const [gone] = await db.query<{ table: string | null }>("SELECT to_regclass('experiments') AS table");
    expect(gone!.table).to.equal(null);
    await migrate(db, controllerMigrations, "up");
    await db.query(insert);
  });

  it("go down in the middle of an A/A period, which is called off, and up again", async () => {
    await db.query(insert);
    await db.query("UPDATE experiments SET phase = 'running', plan = '{}', start_time = now(), calibrate_time = now()");
    await migrate(db, controllerMigrations, "down", { steps: stepsBefore(CalibrationAndHoldBack1700000000009) });
    const [row] = await db.query<{ phase: string }>("SELECT phase FROM experiments");
    expect(row!.phase).to.equal("cancelled");
    await migrate(db, controllerMigrations, "up");
  });
});
