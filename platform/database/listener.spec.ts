import { EventEmitter, once } from "node:events";
import { expect } from "chai";
import { createLogger } from "../logging/index.ts";
import { createDatabase, type Database } from "./index.ts";
import { createTestDatabase, stopTestDatabases } from "./test-database.ts";

after(stopTestDatabases);

/** Collects what a channel says and lets a test wait for the next of it. */
const createEar = () => {
  const events = new EventEmitter();
  const heard: string[] = [];
  return {
    heard,
    callback: (payload: string) => {
      heard.push(payload);
      events.emit("heard");
    },
    next: () => once(events, "heard", { signal: AbortSignal.timeout(10_000) }),
  };
};

describe("Database.listen", function () {
  // The first test of a run starts PostgreSQL.
  this.timeout(20_000);
  let db: Database;
  before(async () => {
    db = await createTestDatabase();
  });
  after(() => db.close());

  const cutListeningConnection = () =>
    db.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()",
    );

  it("hears its channel and no other", async () => {
    const ear = createEar();
    const stop = await db.listen("mine", ear.callback);
    const heard = ear.next();
    await db.query("SELECT pg_notify('other', 'x'), pg_notify('mine', 'y')");
    await heard;
    expect(ear.heard).to.deep.equal(["y"]);
    await stop();
  });

  it("is silent once stopped, while another ear on the channel still hears", async () => {
    const [left, stays] = [createEar(), createEar()];
    const stop = await db.listen("shared", left.callback);
    const stopOther = await db.listen("shared", stays.callback);
    await stop();
    const heard = stays.next();
    await db.query("SELECT pg_notify('shared', 'z')");
    await heard;
    expect(left.heard).to.deep.equal([]);
    await stopOther();
  });

  it("comes back after its connection was cut, and says that something may have been missed", async () => {
    const ear = createEar();
    const stop = await db.listen("durable", ear.callback);
    const back = ear.next();
    await cutListeningConnection();
    await back;
    expect(ear.heard).to.deep.equal([""]);
    const heard = ear.next();
    await db.query("SELECT pg_notify('durable', 'after')");
    await heard;
    expect(ear.heard).to.deep.equal(["", "after"]);
    await stop();
  });

  it("says why its connection was lost", async () => {
    const lines = new EventEmitter();
    const destination = { write: (line: string) => void lines.emit("line", JSON.parse(line)) };
    const own = await createDatabase({
      url: db.url,
      logger: createLogger({ name: "test", level: "warn", destination }),
    });
    try {
      await own.listen("explained", () => undefined);
      const said = once(lines, "line", { signal: AbortSignal.timeout(10_000) });
      await cutListeningConnection();
      const [line] = await said;
      expect(line.msg).to.contain("was lost; connecting again");
      expect(line.err.message).to.contain("terminating connection");
    } finally {
      await own.close();
    }
  });

  it("leaves no connection behind when the database is closed while it is coming back", async () => {
    const other = await createTestDatabase();
    await other.listen("gone", () => undefined);
    await other.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()",
    );
    await other.close();
  });
});
