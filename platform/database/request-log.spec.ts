import { expect } from "chai";
import { ErrorReason, isPhoenixError } from "../errors/index.ts";
import { type Database, pruneRequestLog, withRequestId } from "./index.ts";
import { createTestDatabase, stopTestDatabases } from "./test-database.ts";

after(stopTestDatabases);

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const request = { method: "test.v1.Things/Create", requestId: "r-1", requestHash: bytes("hash") };

describe("withRequestId", function () {
  // The first test of a run starts PostgreSQL.
  this.timeout(20_000);
  let db: Database;
  let effects: number;
  before(async () => {
    db = await createTestDatabase();
    // The same columns as the platform's migration, which another package holds.
    await db.query(`CREATE TABLE request_log (method text NOT NULL, request_id text NOT NULL, request_hash bytea NOT NULL,
      response bytea, created_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (method, request_id))`);
  });
  beforeEach(async () => {
    effects = 0;
    await db.query("TRUNCATE request_log");
  });
  after(() => db.close());

  const call = (identity = request) =>
    db.transaction((tx) =>
      withRequestId(tx, identity, async () => {
        effects += 1;
        return { bytes: bytes(`answer ${effects}`) };
      }),
    );

  it("gives a repetition the first answer and has no second effect", async () => {
    expect(await call()).to.deep.equal({ bytes: bytes("answer 1"), replayed: false });
    expect(await call()).to.deep.equal({ bytes: bytes("answer 1"), replayed: true });
    expect(effects).to.equal(1);
  });

  it("has one effect when the same request comes several times at once", async () => {
    const answers = await Promise.all([call(), call(), call()]);
    expect(effects).to.equal(1);
    expect(answers.filter((answer) => answer.replayed)).to.have.lengthOf(2);
    for (const answer of answers) expect(answer.bytes).to.deep.equal(bytes("answer 1"));
  });

  it("refuses an id that comes with another request", async () => {
    await call();
    let failure: unknown;
    await call({ ...request, requestHash: bytes("other") }).catch((error: unknown) => {
      failure = error;
    });
    expect(isPhoenixError(failure, ErrorReason.REQUEST_ID_REUSED)).to.equal(true);
  });

  it("keeps ids of different methods apart, and protects nothing without an id", async () => {
    await call();
    await call({ ...request, method: "test.v1.Things/Delete" });
    await call({ ...request, requestId: "" });
    await call({ ...request, requestId: "" });
    expect(effects).to.equal(4);
  });

  it("forgets the id of a request that failed", async () => {
    await db
      .transaction((tx) => withRequestId(tx, request, () => Promise.reject(new Error("no"))))
      .catch(() => undefined);
    expect((await call()).replayed).to.equal(false);
  });

  it("prunes what is older than asked", async () => {
    await call();
    await db.query("UPDATE request_log SET created_at = now() - interval '2 days'");
    await call({ ...request, requestId: "r-2" });
    expect(await db.transaction((tx) => pruneRequestLog(tx, 86_400_000))).to.equal(1);
    expect(await db.query("SELECT request_id FROM request_log")).to.deep.equal([{ request_id: "r-2" }]);
  });
});
