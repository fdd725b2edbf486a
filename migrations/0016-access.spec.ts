import { type Database, migrate } from "@phoenix/platform/database";
import { createTestDatabase, stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { Access1700000000016 } from "./0016-access.ts";

after(stopTestDatabases);

const hash = "0".repeat(64);
const insertEvent = `INSERT INTO audit_events VALUES (1, now(), 'ada', '127.0.0.1', 'x/Y', '', 'ok', '', '', '', '', '${hash}')`;
const insertUser = `INSERT INTO users (user_id, name, grants, password_hash, create_time)
  VALUES ($1, $2, '[]', '$argon2id$v=19$x', now())`;

describe("the migration to users, sessions and the audit", () => {
  let db: Database;

  beforeEach(async () => {
    db = await createTestDatabase({ migrations: [Access1700000000016] });
  });

  afterEach(() => db.close());

  /** The name of the constraint that a statement breaks; "" where it breaks none. */
  async function broken(sql: string, params: unknown[] = []): Promise<string> {
    try {
      await db.query(sql, params);
      return "";
    } catch (error) {
      return (error as { constraint?: string }).constraint ?? (error as Error).message;
    }
  }

  it("keeps names apart whatever their case", async () => {
    expect(await broken(insertUser, ["usr-0000000000000001", "Ada"])).to.equal("");
    expect(await broken(insertUser, ["usr-0000000000000002", "ada"])).to.equal("users_name");
  });

  it("takes no user who could log in both ways, or neither, and no password in clear", async () => {
    const insert = (hashed: string, subject: string): string =>
      `INSERT INTO users (user_id, name, grants, password_hash, external_subject, create_time)
       VALUES ('usr-0000000000000003', 'eve', '[]', ${hashed}, ${subject}, now())`;
    expect(await broken(insert("NULL", "NULL"))).to.match(/^users_check/);
    expect(await broken(insert("'$argon2id$x'", "'https://issuer sub'"))).to.match(/^users_check/);
    expect(await broken(insert("'secret'", "NULL"))).to.equal("users_password_hash_check");
    expect(await broken(insert("NULL", "'https://issuer sub'"))).to.equal("");
  });

  it("has one unused refresh token for a session", async () => {
    await db.query(insertUser, ["usr-0000000000000001", "ada"]);
    await db.query(
      `INSERT INTO user_sessions (session_id, user_id, source, create_time, expire_time)
       VALUES ('ses-000000000000000000000001', 'usr-0000000000000001', '::1', now(), now() + interval '1 day')`,
    );
    const insert = (byte: string): string => `INSERT INTO refresh_tokens (token_hash, session_id, expire_time)
       VALUES (decode(repeat('${byte}', 32), 'hex'), 'ses-000000000000000000000001', now())`;
    expect(await broken(insert("01"))).to.equal("");
    expect(await broken(insert("02"))).to.equal("refresh_tokens_one_unused");
    await db.query("DELETE FROM users");
    expect(await db.query("SELECT * FROM refresh_tokens")).to.deep.equal([]);
  });

  it("neither changes nor removes entries of the audit", async () => {
    await db.query(insertEvent);
    const words = "entries of the audit are never changed or removed";
    expect(await broken("UPDATE audit_events SET actor = 'eve'")).to.equal(words);
    expect(await broken("DELETE FROM audit_events")).to.equal(words);
    expect(await broken("TRUNCATE audit_events")).to.equal(words);
  });

  it("goes down with all it has, and up again", async () => {
    await db.query(insertUser, ["usr-0000000000000001", "ada"]);
    await db.query(insertEvent);
    await migrate(db, [Access1700000000016], "down");
    expect(await broken("SELECT 1 FROM users")).to.contain("does not exist");
    await migrate(db, [Access1700000000016], "up");
    expect(await db.query("SELECT * FROM users")).to.deep.equal([]);
  });
});
