import { type Database, migrate } from "@phoenix/platform/database";
import { createTestDatabase, stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { Fleet1700000000002 } from "./0002-fleet.ts";
import { Deployments1700000000012 } from "./0012-deployments.ts";

after(stopTestDatabases);

const migrations = [Fleet1700000000002, Deployments1700000000012];
const digest = "a".repeat(64);

describe("the tables of deployments", () => {
  let db: Database;

  beforeEach(async () => {
    db = await createTestDatabase({ migrations });
    await db.query("INSERT INTO hosts (host_id, host_name) VALUES ('h1', 'web-1'), ('h2', 'web-2')");
    await db.query("INSERT INTO config_quarantine (config_digest, reason) VALUES ($1, 'it failed')", [digest]);
    await deployment("d1", "web");
  });

  afterEach(() => db.close());

  async function deployment(id: string, name: string): Promise<void> {
    await db.query(
      `INSERT INTO deployments (deployment_id, name, selector, strategy, gates, wanted_version, target_version, state,
         state_reason, step, steps, create_time, update_time)
       VALUES ($1, $2, '{}', '{}', '{}', 1, 1, 'rolled_out', 'done', 0, 3, now(), now())`,
      [id, name],
    );
    await db.query(
      `INSERT INTO deployment_versions (deployment_id, version, pipeline, pipeline_version, config_digest,
         interval_seconds, create_time, actor) VALUES ($1, 1, 'p', 1, $2, 15, now(), 'operator')`,
      [id, digest],
    );
  }

  const join = (id: string, hostId: string, drift = "pending") =>
    db.query(
      `INSERT INTO deployment_hosts (deployment_id, host_id, step, place, wanted_version, phase, drift, drift_time)
       VALUES ($1, $2, 1, 0, 1, 'waiting', $3, now())`,
      [id, hostId, drift],
    );

  const refusal = async (work: Promise<unknown>): Promise<string> => {
    try {
      await work;
    } catch (error) {
      return (error as { constraint?: string }).constraint ?? String(error);
    }
    return "";
  };

  it("show people how the hosts of each deployment stand", async () => {
    await join("d1", "h1", "in_sync");
    await join("d1", "h2", "edited");
    const rows = await db.query(
      "SELECT name, pipeline, version, hosts, in_sync, edited, failed FROM deployment_status",
    );
    expect(rows).to.deep.equal([
      { name: "web", pipeline: "p", version: 1, hosts: 2, in_sync: 1, edited: 1, failed: 0 },
    ]);
  });

  it("let a host belong to one deployment, and a name to one that is not deleted", async () => {
    await join("d1", "h1");
    expect(await refusal(deployment("d2", "web"))).to.equal("deployments_name");
    await deployment("d2", "other");
    expect(await refusal(join("d2", "h1"))).to.equal("deployment_hosts_host_id_key");
    await db.query("UPDATE deployments SET state = 'deleting', delete_time = now() WHERE deployment_id = 'd2'");
    await deployment("d3", "other");
    expect(await db.query("SELECT FROM deployment_status")).to.have.length(2);
  });

  it("refuse what cannot be: work without a task, a step of nothing under way", async () => {
    await join("d1", "h1");
    expect(await refusal(db.query("UPDATE deployment_hosts SET phase = 'told'"))).to.equal("deployment_hosts_working");
    expect(await refusal(db.query("UPDATE deployments SET step = 1"))).to.equal("deployments_step_under_way");
    expect(await refusal(db.query("UPDATE deployments SET delete_time = now()"))).to.equal("deployments_deleted");
  });

  it("forget a host that is deleted, and go away without what was there before them", async () => {
    await join("d1", "h1");
    await db.query("DELETE FROM hosts WHERE host_id = 'h1'");
    expect(await db.query("SELECT FROM deployment_hosts")).to.have.length(0);
    await migrate(db, migrations, "down");
    expect(await db.query("SELECT config_digest, reason FROM config_quarantine")).to.deep.equal([
      { config_digest: digest, reason: "it failed" },
    ]);
    await migrate(db, migrations, "up");
    expect(await db.query("SELECT pipeline FROM config_quarantine")).to.deep.equal([{ pipeline: "" }]);
  });
});
