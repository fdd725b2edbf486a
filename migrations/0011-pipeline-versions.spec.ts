import { type Database, migrate } from "@phoenix/platform/database";
import { createTestDatabase, stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { Pipelines1700000000003 } from "./0003-pipelines.ts";
import { PipelineVersions1700000000011 } from "./0011-pipeline-versions.ts";

after(stopTestDatabases);

const before = [Pipelines1700000000003];
const both = [...before, PipelineVersions1700000000011];
const digest = "encode(sha256(convert_to($3, 'UTF8')), 'hex')";
const insertOld = `INSERT INTO pipeline_templates (name, version, template, template_digest) VALUES ($1, $2, $3::text, ${digest})`;
const insertUser = `INSERT INTO pipeline_templates (name, version, template, template_digest, state, origin, author)
  VALUES ($1, $2, $3::text, ${digest}, $4, 'user', 'ana')`;
const insertConfig = `INSERT INTO rendered_configs (config_digest, config, pipeline, pipeline_version)
  VALUES (encode(sha256(convert_to($1, 'UTF8')), 'hex'), convert_to($1, 'UTF8'), $2, $3)`;

describe("versions that users add", function () {
  // The first test of a run starts PostgreSQL.
  this.timeout(20_000);
  let db: Database;
  beforeEach(async () => {
    db = await createTestDatabase({ migrations: before });
    await db.query(insertOld, ["shipped", 1, "name: shipped"]);
    await db.query(insertConfig, ["shipped config", "shipped", 1]);
    await migrate(db, both, "up");
  });
  afterEach(() => db.close());

  const refusal = (sql: string, params: unknown[] = []) =>
    db.query(sql, params).then(
      () => "taken",
      (error: Error) => error.message,
    );
  const rows = (table: string) => db.query(`SELECT * FROM ${table} ORDER BY 1, 2`);

  it("find what was there published, and shipped with Phoenix", async () => {
    expect(await db.query("SELECT state, origin, author, readme FROM pipeline_templates")).to.deep.equal([
      { state: "published", origin: "catalog", author: "", readme: "" },
    ]);
  });

  it("change while they are drafts, one of a pipeline, and never once published", async () => {
    await db.query(insertUser, ["mine", 1, "a", "draft"]);
    expect(await refusal("UPDATE pipeline_templates SET state = 'published' WHERE name = 'mine'")).to.equal("taken");
    const never = "a published version of a pipeline never changes";
    expect(await refusal("UPDATE pipeline_templates SET author = 'bo' WHERE name = 'mine'")).to.equal(never);
    expect(await refusal("UPDATE pipeline_templates SET readme = 'x' WHERE name = 'mine'")).to.equal(never);
    expect(await refusal("UPDATE pipeline_templates SET readme = 'x' WHERE name = 'shipped'")).to.equal("taken");
    expect(await refusal("UPDATE pipeline_templates SET version = 9 WHERE name = 'shipped'")).to.equal(never);
    await db.query(insertUser, ["mine", 2, "b", "validated"]);
    expect(await refusal("UPDATE pipeline_templates SET version = 5 WHERE version = 2")).to.equal(never);
    expect(await refusal(insertUser, ["mine", 3, "c", "draft"])).to.contain("pipeline_templates_one_draft");
  });

  it("are no part of the catalog, which has no drafts and no authors", async () => {
    const author = "UPDATE pipeline_templates SET author = 'ana' WHERE name = 'shipped'";
    expect(await refusal(author)).to.contain("never changes");
    const insert = `INSERT INTO pipeline_templates (name, version, template, template_digest, state, origin)
      VALUES ($1, $2, $3::text, ${digest}, 'draft', 'catalog')`;
    expect(await refusal(insert, ["shipped", 2, "b"])).to.contain("pipeline_templates_catalog_row");
  });

  it("leave the configurations that were rendered from them", async () => {
    await db.query(insertUser, ["mine", 1, "a", "published"]);
    await db.query(insertConfig, ["of mine", "mine", 1]);
    await db.query("DELETE FROM pipeline_templates WHERE name = 'mine'");
    expect(await rows("rendered_configs")).to.have.length(2);
  });

  it("can be taken back with drafts, texts that came twice and configurations without a version", async () => {
    await db.query(insertUser, ["mine", 1, "a", "published"]);
    await db.query(insertUser, ["mine", 2, "b", "published"]);
    await db.query(insertUser, ["mine", 3, "a", "published"]);
    await db.query(insertUser, ["mine", 4, "c", "draft"]);
    await db.query(insertConfig, ["of the first", "mine", 1]);
    await db.query(insertConfig, ["of none", "gone", 1]);
    await migrate(db, both, "down");
    const templates = await db.query("SELECT name, version FROM pipeline_templates ORDER BY 1, 2");
    expect(templates).to.deep.equal([
      { name: "mine", version: 2 },
      { name: "mine", version: 3 },
      { name: "shipped", version: 1 },
    ]);
    const configs = await db.query("SELECT pipeline, pipeline_version FROM rendered_configs ORDER BY 1, 2");
    expect(configs).to.deep.equal([
      { pipeline: "mine", pipeline_version: 3 },
      { pipeline: "shipped", pipeline_version: 1 },
    ]);
    expect(await refusal("UPDATE pipeline_templates SET template = 'x'")).to.contain("never change");
    expect(await refusal("UPDATE rendered_configs SET pipeline_version = 9")).to.contain("never change");
    expect(await refusal(insertOld, ["shipped", 2, "name: shipped"])).to.contain("name_template_digest_key");
    await migrate(db, both, "up");
    expect(await rows("pipeline_templates")).to.have.length(3);
  });
});
