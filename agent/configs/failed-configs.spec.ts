import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { failureCountsForMs, openFailedConfigs } from "./index.ts";

describe("the memory of failed configurations", () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "phoenix-failed-"));
    path = join(folder, "failed-configs.json");
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const failure = { configDigest: "a", words: "no such processor", failedAtMs: 1_000_000 };

  it("outlives the agent", async () => {
    await (await openFailedConfigs(path, "0.160.0")).add(failure);
    const found = (await openFailedConfigs(path, "0.160.0")).find("a", 1_000_001);
    expect(found).to.include({ words: "no such processor" });
  });

  it("counts for ten minutes, even when the clock is set back", async () => {
    const failed = await openFailedConfigs(path, "0.160.0");
    await failed.add(failure);
    expect(failed.find("a", failure.failedAtMs + failureCountsForMs - 1)).to.not.equal(undefined);
    expect(failed.find("a", failure.failedAtMs + failureCountsForMs)).to.equal(undefined);
    expect(failed.find("a", failure.failedAtMs - failureCountsForMs)).to.equal(undefined);
  });

  it("says nothing about another collector version, or another configuration", async () => {
    await (await openFailedConfigs(path, "0.160.0")).add(failure);
    expect((await openFailedConfigs(path, "0.161.0")).find("a", 1_000_001)).to.equal(undefined);
    expect((await openFailedConfigs(path, "0.160.0")).find("b", 1_000_001)).to.equal(undefined);
  });

  it("forgets a configuration that worked", async () => {
    const failed = await openFailedConfigs(path, "0.160.0");
    await failed.add(failure);
    await failed.forget("a");
    expect((await openFailedConfigs(path, "0.160.0")).find("a", 1_000_001)).to.equal(undefined);
  });

  it("keeps failures that are noted at the same time", async () => {
    const failed = await openFailedConfigs(path, "0.160.0");
    const names = ["a", "b", "c", "d"];
    await Promise.all(names.map((configDigest) => failed.add({ ...failure, configDigest })));
    const reopened = await openFailedConfigs(path, "0.160.0");
    expect(names.filter((name) => reopened.find(name, 1_000_001))).to.deep.equal(names);
  });

  it("is empty when its file is damaged", async () => {
    for (const damage of ["", "{", "null", '[{"configDigest":"a"}]']) {
      await writeFile(path, damage);
      expect((await openFailedConfigs(path, "0.160.0")).find("a", 1_000_001)).to.equal(undefined);
    }
  });
});
