import { announceInstance, type Database, listInstances, migrate, withRequestId } from "@phoenix/platform/database";
import { createLogger } from "@phoenix/platform/logging";
import { createTestDatabase, stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { Platform1700000000001 } from "./0001-platform.ts";

after(stopTestDatabases);

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("the platform's tables", function () {
  // The first test of a run starts PostgreSQL.
  this.timeout(20_000);
  let db: Database;
  beforeEach(async () => {
    db = await createTestDatabase({ migrations: [Platform1700000000001] });
  });
  afterEach(() => db.close());

  it("hold the answers of requests", async () => {
    const identity = { method: "m", requestId: "r", requestHash: bytes("h") };
    const call = () => db.transaction((tx) => withRequestId(tx, identity, async () => ({ bytes: bytes("answer") })));
    expect((await call()).replayed).to.equal(false);
    expect(await call()).to.deep.equal({ bytes: bytes("answer"), replayed: true });
  });

  it("list the instances that are up, and forget one that signs off", async () => {
    const logger = createLogger({ name: "test", level: "error" });
    const one = { instanceId: "i-1", services: ["gateway", "controller"], address: "127.0.0.1:7470", version: "0.1.0" };
    const other = { ...one, instanceId: "i-2" };
    const announced = [one, other].map((instance) => announceInstance({ db, instance, logger }));
    const isListed = async (count: number): Promise<void> => {
      for (const deadline = Date.now() + 5_000; (await listInstances(db)).length !== count; ) {
        if (Date.now() > deadline) throw new Error(`there were never ${count} instances`);
      }
    };
    for (const service of announced) await service.start();
    await isListed(2);
    await announced[1]?.stop();
    expect(await listInstances(db)).to.deep.equal([one]);
    await db.query(
      "UPDATE service_instances SET started_at = now() - interval '1 hour', seen_at = now() - interval '1 minute'",
    );
    expect(await listInstances(db)).to.deep.equal([]);
    await announced[0]?.stop();
  });

  it("go away and come back, with data in them", async () => {
    await db.query("INSERT INTO request_log (method, request_id, request_hash) VALUES ('m', 'r', '\\x00')");
    await db.query(
      "INSERT INTO service_instances (instance_id, services, address, version) VALUES ('i', '{gateway}', '127.0.0.1:1', '0.1.0')",
    );
    await migrate(db, [Platform1700000000001], "down");
    const tables = "SELECT count(*)::int AS count FROM pg_class WHERE relname ~ '^(request_log|service_instances)'";
    expect(await db.query(tables)).to.deep.equal([{ count: 0 }]);
    await migrate(db, [Platform1700000000001], "up");
    expect(await db.query("SELECT * FROM request_log")).to.deep.equal([]);
  });
});
