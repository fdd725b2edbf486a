import type { Database } from "@phoenix/platform/database";
import { ErrorReason } from "@phoenix/platform/errors";
import { createTestDatabase, stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { Pipelines1700000000003 } from "../../../migrations/0003-pipelines.ts";
import { PipelineVersions1700000000011 } from "../../../migrations/0011-pipeline-versions.ts";
import {
  createConfigStore,
  createPipelineStore,
  deleteVersions,
  lockPipeline,
  putVersion,
  seedCatalog,
  setVersionState,
} from "./index.ts";

after(stopTestDatabases);

function pipeline(name: string, title = "T") {
  return { name, text: `name: ${name}\ntitle: ${title}\n`, readme: `# ${name}\n` };
}

describe("the store of pipelines", function () {
  // The first test of a run starts PostgreSQL.
  this.timeout(20_000);
  let db: Database;
  beforeEach(async () => {
    db = await createTestDatabase({ migrations: [Pipelines1700000000003, PipelineVersions1700000000011] });
  });
  afterEach(() => db.close());

  it("takes the catalog in once, however often and by however many servers at once", async () => {
    const catalog = [pipeline("a"), pipeline("b")];
    const added = await Promise.all([1, 2, 3].map(() => seedCatalog(db, catalog)));
    expect(added.flatMap((each) => each.added).sort()).to.deep.equal(["a", "b"]);
    const stored = await createPipelineStore(db).list("", 10);
    expect(stored.map(({ name, version }) => [name, version])).to.deep.equal([
      ["a", 1],
      ["b", 1],
    ]);
  });

  it("gives a changed pipeline the next version and keeps the one before", async () => {
    const store = createPipelineStore(db);
    await seedCatalog(db, [pipeline("a", "First")]);
    expect(await seedCatalog(db, [pipeline("a", "Second")])).to.deep.equal({ added: ["a"], taken: [] });
    expect(await seedCatalog(db, [pipeline("a", "First")])).to.deep.equal({ added: [], taken: [] });
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
      .that.contains("has no version 7. Published versions: 1; 0 takes the newest.");
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

  it("takes a better README of the catalog in without a new version", async () => {
    await seedCatalog(db, [pipeline("a")]);
    await seedCatalog(db, [{ ...pipeline("a"), readme: "# Better\n" }]);
    expect(await createPipelineStore(db).get("a", 0)).to.include({ version: 1, readme: "# Better\n" });
  });

  describe("for users", () => {
    const draft = { name: "mine", version: 1, template: "x", state: "draft", author: "ana", readme: "R" } as const;
    const put = (fields: Partial<Parameters<typeof putVersion>[1]> = {}) =>
      db.transaction((tx) => putVersion(tx, { ...draft, ...fields }));

    it("replaces a draft, and never what is published", async () => {
      await put();
      expect(await put({ template: "y", author: "bo" })).to.include({ version: 1, template: "y", author: "bo" });
      await put({ state: "published" });
      const error = await put().catch((caught) => caught);
      expect(error.message).to.contain("a published version of a pipeline never changes");
    });

    it("picks and lists published versions, and shows a draft where there is nothing else", async () => {
      const store = createPipelineStore(db);
      await put();
      expect(await store.list("", 10)).to.have.length(1);
      const none = await store.get("mine", 0).catch((caught) => caught);
      expect(none).to.have.property("reason", ErrorReason.PIPELINE_NOT_FOUND);
      expect(none.message).to.contain("No version of mine is published. Version 1 is a draft.");
      const published = await db.transaction((tx) => setVersionState(tx, { ...draft, ...origin }, "published"));
      expect(published.state).to.equal("published");
      await put({ version: 2 });
      expect(await store.get("mine", 0)).to.include({ version: 1 });
      expect((await store.list("", 10)).map(({ version, state }) => [version, state])).to.deep.equal([
        [1, "published"],
      ]);
      expect(await store.get("mine", 2)).to.include({ state: "draft" });
      const asked = await store.getPublished("mine", 2).catch((caught) => caught);
      expect(asked.message).to.equal("Version 2 of mine is a draft, which may still change. Publish it first.");
      expect((await store.versions("mine", 0, 10)).map(({ version }) => version)).to.deep.equal([2, 1]);
      expect((await store.versions("mine", 2, 10)).map(({ version }) => version)).to.deep.equal([1]);
    });

    it("takes no number again that something was rendered from", async () => {
      await put({ state: "published" });
      await createConfigStore(db).put({
        digest: "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",
        text: "x",
        pipeline: "mine",
        version: 1,
      });
      expect(await db.transaction((tx) => deleteVersions(tx, "mine"))).to.equal(1);
      const locked = await db.transaction((tx) => lockPipeline(tx, "mine"));
      expect(locked).to.deep.equal({
        origin: undefined,
        newestPublished: undefined,
        draft: undefined,
        nextVersion: 2,
      });
    });

    it("leaves a name to users who took it before the catalog did, and deletes nothing of the catalog", async () => {
      await put({ state: "published" });
      expect(await seedCatalog(db, [pipeline("mine"), pipeline("b")])).to.deep.equal({ added: ["b"], taken: ["mine"] });
      expect(await db.transaction((tx) => deleteVersions(tx, "b"))).to.equal(0);
      expect((await createPipelineStore(db).versions("mine", 0, 10)).map((each) => each.origin)).to.deep.equal([
        "user",
      ]);
    });

    const origin = { origin: "user" as const, createdAt: new Date() };
  });
});
