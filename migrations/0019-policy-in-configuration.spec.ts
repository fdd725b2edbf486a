import { type Database, migrate } from "@phoenix/platform/database";
import { createTestDatabase, stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { Fleet1700000000002 } from "./0002-fleet.ts";
import { Deployments1700000000012 } from "./0012-deployments.ts";
import { PolicyInConfiguration1700000000019 } from "./0019-policy-in-configuration.ts";

after(stopTestDatabases);

const before = [Fleet1700000000002, Deployments1700000000012];

describe("versions of deployments without a policy of their own", () => {
  let db: Database;

  beforeEach(async () => {
    db = await createTestDatabase({ migrations: before });
    await db.query(
      `INSERT INTO deployments (deployment_id, name, selector, strategy, gates, wanted_version, target_version, state,
         state_reason, step, steps, create_time, update_time)
       VALUES ('d1', 'web', '{}', '{}', '{}', 1, 1, 'rolled_out', 'done', 0, 3, now(), now())`,
    );
    await db.query(
      `INSERT INTO deployment_versions (deployment_id, version, pipeline, pipeline_version, config_digest,
         interval_seconds, dynamic, create_time, actor)
       VALUES ('d1', 1, 'p', 1, repeat('a', 64), 15, '{"topK": {"processes": 5}}', now(), 'operator')`,
    );
  });

  afterEach(() => db.close());

  it("keep all else of a version that had one, upwards and back", async () => {
    const kept = "SELECT version, pipeline, config_digest, interval_seconds FROM deployment_versions";
    const rows = await db.query(kept);
    const all = [...before, PolicyInConfiguration1700000000019];
    await migrate(db, all, "up");
    expect(await db.query(kept)).to.deep.equal(rows);
    const [up] = await db.query<Record<string, unknown>>("SELECT * FROM deployment_versions");
    expect(up).to.not.have.property("dynamic");
    await migrate(db, all, "down", { steps: 1 });
    expect(await db.query("SELECT version, dynamic FROM deployment_versions")).to.deep.equal([
      { version: 1, dynamic: null },
    ]);
  });
});
