import { type Database, migrate } from "@phoenix/platform/database";
import { createTestDatabase, stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { Pipelines1700000000003 } from "./0003-pipelines.ts";

after(stopTestDatabases);

const insertTemplate = `INSERT INTO pipeline_templates (name, version, template, template_digest)
  VALUES ($1, $2, $3::text, encode(sha256(convert_to($3, 'UTF8')), 'hex'))`;

describe("the pipelines' tables", function () {
  // The first test of a run starts PostgreSQL.
  this.timeout(20_000);
  let db: Database;
  beforeEach(async () => {
    db = await createTestDatabase({ migrations: [Pipelines1700000000003] });
    await db.query(insertTemplate, ["mine", 1, "name: mine"]);
  });
  afterEach(() => db.close());

  const refusal = (sql: string, params: unknown[] = []) =>
    db.query(sql, params).then(
      () => "taken",
      (error: Error) => error.message,
    );

  it("never let a version change, nor the same template in twice", async () => {
    expect(await refusal("UPDATE pipeline_templates SET template = 'other'")).to.equal(
      "rows of pipeline_templates never change",
    );
    expect(await refusal(insertTemplate, ["mine", 2, "name: mine"])).to.contain(
      "pipeline_templates_name_template_digest_key",
    );
  });

  it("hold a configuration only under the digest of its bytes", async () => {
    const insert =
      "INSERT INTO rendered_configs (config_digest, config, pipeline, pipeline_version) VALUES ($1, $2, 'mine', 1)";
    expect(await refusal(insert, ["0".repeat(64), Buffer.from("x")])).to.contain("rendered_configs_check");
    const digest = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";
    expect(await refusal(insert, [digest, Buffer.from("x")])).to.equal("taken");
    expect(await refusal("UPDATE rendered_configs SET pipeline_version = 2")).to.equal(
      "rows of rendered_configs never change",
    );
  });

  it("go away with their rows and come back empty", async () => {
    await migrate(db, [Pipelines1700000000003], "down");
    expect(await refusal("SELECT 1 FROM pipeline_templates")).to.contain("does not exist");
    expect(await db.query("SELECT proname FROM pg_proc WHERE proname LIKE 'pipelines%'")).to.deep.equal([]);
    await migrate(db, [Pipelines1700000000003], "up");
    expect(await db.query("SELECT * FROM pipeline_templates")).to.deep.equal([]);
  });
});
