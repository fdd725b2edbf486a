import { type Database, migrate } from "@phoenix/platform/database";
import { createTestDatabase, stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { Analytics1700000000005 } from "./0005-analytics.ts";
import { Certificates1700000000007 } from "./0007-certificates.ts";

after(stopTestDatabases);

const publicPem = "-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----\n";
const privatePem = "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n";
const insertKey =
  "INSERT INTO certificate_keys (key_id, public_key_pem, private_key_pem, retired_at) VALUES ($1, $2, $3, $4)";

describe("the tables of certificates", function () {
  // The first test of a run starts PostgreSQL.
  this.timeout(20_000);
  const migrations = [Analytics1700000000005, Certificates1700000000007];
  let db: Database;
  beforeEach(async () => {
    db = await createTestDatabase({ migrations });
    await db.query("INSERT INTO analysis_plans VALUES ('e', '{}', '{candidate}')");
    await db.query(
      `INSERT INTO metrics_summaries (experiment_id, variant, decision, reason, blocks, verdict, analyzed_at, evidence)
       VALUES ('e', 'candidate', 'promote', 'r', 8, '{}', now(), '{}')`,
    );
  });
  afterEach(() => db.close());

  it("go down with data in them and leave the verdicts, and come up again", async () => {
    await db.query(insertKey, ["a".repeat(32), publicPem, privatePem, null]);
    await db.query("INSERT INTO certificates VALUES ('e', 'candidate', $1, 'x', now())", ["a".repeat(32)]);
    await migrate(db, migrations, "down", { steps: 1 });
    expect(await db.query("SELECT decision FROM metrics_summaries")).to.deep.equal([{ decision: "promote" }]);
    await migrate(db, migrations, "up");
    expect(await db.query("SELECT evidence FROM metrics_summaries")).to.deep.equal([{ evidence: null }]);
  });

  it("refuse a second signing key, one that lost its secret, and a retired one that kept it", async () => {
    await db.query(insertKey, ["a".repeat(32), publicPem, privatePem, null]);
    await db.query(insertKey, ["b".repeat(32), publicPem, null, new Date()]);
    const refusals: [params: unknown[], rule: RegExp][] = [
      [["c".repeat(32), publicPem, privatePem, null], /certificate_keys_one_signs/],
      [["c".repeat(32), publicPem, null, null], /a_retired_key_signs_nothing/],
      [["c".repeat(32), publicPem, privatePem, new Date()], /a_retired_key_signs_nothing/],
      [["c".repeat(31), publicPem, null, new Date()], /key_id/],
    ];
    for (const [params, rule] of refusals) {
      const message = await db.query(insertKey, params).then(
        () => "taken",
        (error: Error) => error.message,
      );
      expect(message).to.match(rule);
    }
  });
});
