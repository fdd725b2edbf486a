import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PhoenixError } from "@phoenix/platform/errors";
import { expect } from "chai";
import { readManifest } from "../manifest.ts";
import { builtPath, cacheFolder } from "./cache.ts";
import { findCollector } from "./find-collector.ts";
import { writeStandInCollector } from "./stand-in-collector.ts";

describe("finding a collector", () => {
  let folder: string;
  let env: Record<string, string>;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "phoenix-find-"));
    env = { PATH: join(folder, "bin"), PHOENIX_CACHE_DIR: join(folder, "cache"), PHOENIX_OFFLINE: "1" };
    await mkdir(join(folder, "bin"));
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  const failure = async () => {
    const error = await findCollector({ env }).catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(PhoenixError);
    return (error as PhoenixError).message;
  };

  it("takes the one PHOENIX_OTELCOL names before any other", async () => {
    env.PHOENIX_OTELCOL = join(folder, "mine");
    await writeStandInCollector(env.PHOENIX_OTELCOL, "0.155.0");
    await writeStandInCollector(join(folder, "bin", "otelcol-contrib"), "0.160.0");
    expect(await findCollector({ env })).to.deep.equal({
      path: env.PHOENIX_OTELCOL,
      version: "0.155.0",
      source: "env",
    });
  });

  it("fails when PHOENIX_OTELCOL names something unusable, although PATH has a good one", async () => {
    await writeStandInCollector(join(folder, "bin", "otelcol-contrib"), "0.160.0");
    env.PHOENIX_OTELCOL = join(folder, "absent");
    expect(await failure()).to.match(/PHOENIX_OTELCOL names .*absent, which .*ENOENT/);
    env.PHOENIX_OTELCOL = join(folder, "text");
    await writeFile(env.PHOENIX_OTELCOL, "not a program", { mode: 0o755 });
    expect(await failure()).to.match(/PHOENIX_OTELCOL names .*text, which /);
  });

  it("takes otelcol-contrib before otelcol on PATH, and both before the cache", async () => {
    await writeStandInCollector(builtPath(cacheFolder(env), await readManifest()), "0.160.0");
    await writeStandInCollector(join(folder, "bin", "otelcol"), "0.160.0");
    expect((await findCollector({ env })).path).to.equal(join(folder, "bin", "otelcol"));
    await writeStandInCollector(join(folder, "bin", "otelcol-contrib"), "0.161.0");
    expect(await findCollector({ env })).to.include({ version: "0.161.0", source: "path" });
  });

  it("passes over what is too old or lacks a component, down to the cache", async () => {
    const cached = builtPath(cacheFolder(env), await readManifest());
    await writeStandInCollector(cached, "0.160.0");
    await writeStandInCollector(join(folder, "bin", "otelcol-contrib"), "0.120.0");
    await writeStandInCollector(join(folder, "bin", "otelcol"), "0.160.0", "transform");
    expect(await findCollector({ env })).to.deep.equal({ path: cached, version: "0.160.0", source: "cache" });
  });

  it("names the five ways and why each failed when there is none", async () => {
    await writeStandInCollector(join(folder, "bin", "otelcol"), "0.120.0");
    const message = await failure();
    expect(message).to.contain("1. PHOENIX_OTELCOL: PHOENIX_OTELCOL is not set.");
    expect(message).to.match(
      /2\. otelcol-contrib or otelcol on PATH: .*is version 0\.120\.0; Phoenix works with 0\.149 to 0\.170/,
    );
    expect(message).to.match(/3\. Phoenix's cache: .* holds no collector/);
    expect(message).to.contain("4. official release: Downloading is off (PHOENIX_OFFLINE=1).");
    expect(message).to.contain("5. build with Go: Go is not on PATH");
  });

  it("does not build where that is not allowed", async () => {
    const error = await findCollector({ env, allowBuild: false }).catch((caught: Error) => caught);
    expect(error).to.have.property("message").that.contains("5. build with Go: Building was not allowed here.");
  });
});
