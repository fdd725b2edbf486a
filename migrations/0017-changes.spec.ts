import { type Database, migrate } from "@phoenix/platform/database";
import { createTestDatabase, stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { Fleet1700000000002 } from "./0002-fleet.ts";
import { Experiments1700000000006 } from "./0006-experiments.ts";
import { Deployments1700000000012 } from "./0012-deployments.ts";
import { Changes1700000000017 } from "./0017-changes.ts";

after(stopTestDatabases);

const before = [Fleet1700000000002, Experiments1700000000006, Deployments1700000000012];

describe("the cursors of events", () => {
  let db: Database;

  beforeEach(async () => {
    db = await createTestDatabase({ migrations: before });
    await db.query(
      `INSERT INTO experiments (experiment_id, name, spec, phase_reason, phase_deadline, create_time)
       VALUES ('e', 'try', '{}', 'new', now(), now())`,
    );
    await db.query(
      `INSERT INTO deployments (deployment_id, name, selector, strategy, gates, wanted_version, target_version, state,
         state_reason, step, steps, create_time, update_time)
       VALUES ('d', 'web', '{}', '{}', '{}', 1, 1, 'rolled_out', 'done', 0, 0, now(), now())`,
    );
    await db.query(
      `INSERT INTO experiment_events (experiment_id, sequence, event_time, type, actor, message, phase)
       VALUES ('e', 1, '2026-01-01', 1, 'system', 'first', 'pending'),
         ('e', 2, '2026-01-03', 2, 'system', 'third', 'initializing')`,
    );
    await db.query(
      `INSERT INTO deployment_events (deployment_id, sequence, event_time, type, actor, message)
       VALUES ('d', 1, '2026-01-02', 1, 'system', 'second')`,
    );
  });
  afterEach(() => db.close());

  const order = async (): Promise<string[]> => {
    const rows = await db.query<{ line: string }>(
      `SELECT cursor || ' ' || message AS line FROM (
         SELECT cursor, message FROM experiment_events UNION ALL SELECT cursor, message FROM deployment_events) AS e
       ORDER BY cursor`,
    );
    return rows.map(({ line }) => line);
  };

  it("are given to the events there are by their times, once more after they were taken back", async () => {
    for (let round = 0; round < 2; round++) {
      await migrate(db, [...before, Changes1700000000017], "up");
      expect(await order()).to.deep.equal(["1 first", "2 second", "3 third"]);
      expect(await db.query("SELECT newest FROM change_cursor")).to.deep.equal([{ newest: "3" }]);
      await migrate(db, [...before, Changes1700000000017], "down", { steps: 1 });
    }
  });

  it("have one newest, and no event has that of another", async () => {
    await migrate(db, [...before, Changes1700000000017], "up");
    for (const wrong of [
      "INSERT INTO change_cursor (newest) VALUES (9)",
      "UPDATE experiment_events SET cursor = 1 WHERE sequence = 2",
    ]) {
      const error = await db.query(wrong).catch((caught: unknown) => caught);
      expect((error as { code?: string }).code, wrong).to.equal("23505");
    }
  });
});
