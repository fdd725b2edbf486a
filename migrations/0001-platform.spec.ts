import {
  announceInstance,
  appendEvent,
  type Database,
  listInstances,
  migrate,
  pruneEvents,
  publishEvents,
  readEvents,
  withRequestId,
} from "@phoenix/platform/database";
import { createLogger } from "@phoenix/platform/logging";
import { createTestDatabase, stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { Platform1700000000001 } from "./0001-platform.ts";

after(stopTestDatabases);

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const event = (key: string) => ({ topic: "experiment", key, payload: bytes(`payload of ${key}`) });

describe("the platform's tables", function () {
  // The first test of a run starts PostgreSQL.
  this.timeout(20_000);
  let db: Database;
  beforeEach(async () => {
    db = await createTestDatabase({ migrations: [Platform1700000000001] });
  });
  afterEach(() => db.close());

  const keysAfter = async (sequence: bigint): Promise<string[]> =>
    (await readEvents(db, sequence)).map((read) => read.key);

  it("hold the answers of requests", async () => {
    const identity = { method: "m", requestId: "r", requestHash: bytes("h") };
    const call = () => db.transaction((tx) => withRequestId(tx, identity, async () => ({ bytes: bytes("answer") })));
    expect((await call()).replayed).to.equal(false);
    expect(await call()).to.deep.equal({ bytes: bytes("answer"), replayed: true });
  });

  it("show an event only once its transaction is committed and it was published", async () => {
    await db.transaction((tx) => appendEvent(tx, event("a")));
    await db
      .transaction(async (tx) => {
        await appendEvent(tx, event("never"));
        throw new Error("no");
      })
      .catch(() => undefined);
    expect(await keysAfter(0n)).to.deep.equal([]);
    expect(await publishEvents(db)).to.equal(1);
    const [read] = await readEvents(db, 0n);
    expect(read).to.deep.include({ topic: "experiment", key: "a", payload: bytes("payload of a") });
    expect(await publishEvents(db)).to.equal(0);
  });

  it("never show a reader a lower number than it has seen, although an older transaction commits later", async () => {
    let commitSlow: () => void = () => undefined;
    let appended: () => void = () => undefined;
    const hold = new Promise<void>((resolve) => {
      commitSlow = resolve;
    });
    const isAppended = new Promise<void>((resolve) => {
      appended = resolve;
    });
    const slow = db.transaction(async (tx) => {
      await appendEvent(tx, event("slow"));
      appended();
      await hold;
    });
    await isAppended;
    await db.transaction((tx) => appendEvent(tx, event("quick")));
    await publishEvents(db);
    const [quick] = await readEvents(db, 0n);
    expect(quick?.key).to.equal("quick");
    commitSlow();
    await slow;
    await publishEvents(db);
    expect(await keysAfter(quick?.sequence ?? 0n)).to.deep.equal(["slow"]);
  });

  it("number events once when several processes publish at the same time", async () => {
    await db.transaction(async (tx) => {
      for (let i = 0; i < 20; i++) await appendEvent(tx, event(`e${i}`));
    });
    await Promise.all([publishEvents(db), publishEvents(db), publishEvents(db)]);
    await publishEvents(db);
    expect(await keysAfter(0n)).to.deep.equal(Array.from({ length: 20 }, (_, i) => `e${i}`));
  });

  it("prune published events alone", async () => {
    await db.transaction((tx) => appendEvent(tx, event("published")));
    await publishEvents(db);
    await db.transaction((tx) => appendEvent(tx, event("waiting")));
    await db.query("UPDATE outbox SET created_at = now() - interval '2 days'");
    expect(await db.transaction((tx) => pruneEvents(tx, 86_400_000))).to.equal(1);
    await publishEvents(db);
    expect(await keysAfter(0n)).to.deep.equal(["waiting"]);
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
    await db.transaction((tx) => appendEvent(tx, event("a")));
    await db.query("INSERT INTO request_log (method, request_id, request_hash) VALUES ('m', 'r', '\\x00')");
    await db.query(
      "INSERT INTO service_instances (instance_id, services, address, version) VALUES ('i', '{gateway}', '127.0.0.1:1', '0.1.0')",
    );
    await migrate(db, [Platform1700000000001], "down");
    const tables =
      "SELECT count(*)::int AS count FROM pg_class WHERE relname ~ '^(outbox|request_log|service_instances)'";
    expect(await db.query(tables)).to.deep.equal([{ count: 0 }]);
    await migrate(db, [Platform1700000000001], "up");
    expect(await db.query("SELECT * FROM outbox")).to.deep.equal([]);
  });
});
