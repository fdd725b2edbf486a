import { type PipelineDefinition, readPipelineDefinition } from "@phoenix/catalog";
import type { Database } from "@phoenix/platform/database";
import { ErrorReason } from "@phoenix/platform/errors";
import { createTestDatabase, stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { Pipelines1700000000003 } from "../../../migrations/0003-pipelines.ts";
import { createConfigStore, createPipelineStore, seedCatalog } from "./index.ts";

after(stopTestDatabases);

function pipeline(name: string, title = "T"): PipelineDefinition {
  const { definition } = readPipelineDefinition(`{name: ${name}, title: ${title}, strategy: S, keeps: K, drops: D,
    variables: {interval: {type: duration, default: 15s, help: H.}}, receivers: {host_metrics: {}},
    pipelines: {metrics: {receivers: [host_metrics]}}}`);
  if (!definition) throw new Error("the pipeline of this spec cannot be read");
  return definition;
}

describe("the store of pipelines", function () {
  // The first test of a run starts PostgreSQL.
  this.timeout(20_000);
  let db: Database;
  beforeEach(async () => {
    db = await createTestDatabase({ migrations: [Pipelines1700000000003] });
  });
  afterEach(() => db.close());

  it("takes the catalog in once, however often and by however many servers at once", async () => {
    const catalog = [pipeline("a"), pipeline("b")];
    const added = await Promise.all([1, 2, 3].map(() => seedCatalog(db, catalog)));
    expect(added.flat().sort()).to.deep.equal(["a", "b"]);
    const stored = await createPipelineStore(db).list("", 10);
    expect(stored.map(({ name, version }) => [name, version])).to.deep.equal([
      ["a", 1],
      ["b", 1],
    ]);
  });

  it("gives a changed pipeline the next version and keeps the one before", async () => {
    const store = createPipelineStore(db);
    await seedCatalog(db, [pipeline("a", "First")]);
    expect(await seedCatalog(db, [pipeline("a", "Second")])).to.deep.equal(["a"]);
    expect(await seedCatalog(db, [pipeline("a", "First")])).to.deep.equal([]);
    expect(await store.get("a", 0)).to.include({ version: 2, template: pipeline("a", "Second").text });
    expect(await store.get("a", 1)).to.include({ version: 1, template: pipeline("a", "First").text });
  });

  it("names the pipelines there are when it has not the one asked for", async () => {
    await seedCatalog(db, [pipeline("a"), pipeline("b")]);
    const refusal = (name: string, version: number) =>
      createPipelineStore(db)
        .get(name, version)
        .catch((error) => error);
    expect(await refusal("c", 0)).to.deep.include({
      reason: ErrorReason.PIPELINE_NOT_FOUND,
      message: 'There is no pipeline "c". Known pipelines: a, b.',
    });
    expect(await refusal("a", 7))
      .to.have.property("message")
      .that.contains("has no version 7. Its versions go from 1 to 1");
  });

  it("lists the pipelines after a name", async () => {
    await seedCatalog(
      db,
      ["d", "a", "c", "b"].map((name) => pipeline(name)),
    );
    const names = (await createPipelineStore(db).list("a", 2)).map(({ name }) => name);
    expect(names).to.deep.equal(["b", "c"]);
  });

  it("keeps a configuration under its digest, byte for byte", async () => {
    await seedCatalog(db, [pipeline("a")]);
    const configs = createConfigStore(db);
    const digest = "b8a7baa0579d1803739bbdbefd911ed80b44e4e7f788d28f16e24c85a98f9ddc";
    const config = { digest, text: "x: µ\n", pipeline: "a", version: 1 };
    await configs.put(config);
    await configs.put(config);
    const { bytes, pipeline: from } = await configs.get(digest);
    expect(from).to.equal("a");
    expect(new TextDecoder().decode(bytes)).to.equal("x: µ\n");
  });

  it("says what to do about a digest it does not have", async () => {
    const error = await createConfigStore(db)
      .get("0".repeat(64))
      .catch((caught) => caught);
    expect(error).to.have.property("reason", ErrorReason.CONFIG_NOT_FOUND);
    expect(error.message).to.contain("Render the pipeline again");
  });
});
