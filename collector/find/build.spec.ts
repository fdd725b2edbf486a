import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { readManifest } from "../manifest.ts";
import { buildCollector } from "./build.ts";
import { builtPath, cacheFolder } from "./cache.ts";
import type { Search } from "./search.ts";
import { writeStandInCollector } from "./stand-in-collector.ts";

// The steps of a build with a Go and a builder that only pretend: a real build takes minutes and a network.
describe("building a collector", () => {
  let folder: string;
  let search: Search;
  let progress: string[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "phoenix-build-"));
    await mkdir(join(folder, "bin"));
    await writeStandInCollector(join(folder, "made"), "0.160.0");
    const env = { PATH: `${join(folder, "bin")}:/usr/bin:/bin`, PHOENIX_CACHE_DIR: join(folder, "cache") };
    progress = [];
    search = {
      env,
      cacheFolder: cacheFolder(env),
      manifest: await readManifest(),
      onProgress: (line) => progress.push(line),
      signal: undefined,
    };
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** Puts a `go` on PATH that notes its arguments and installs a builder that runs this. */
  async function pretendGo(builder: string, install = ""): Promise<void> {
    const body = `#!/bin/sh\n${builder}\n`;
    await writeFile(join(folder, "builder"), body, { mode: 0o755 });
    await writeFile(
      join(folder, "bin", "go"),
      `#!/bin/sh\necho "$@" >> ${folder}/go-calls\n${install}\ncp ${folder}/builder "$GOBIN/builder"\n`,
    );
    await chmod(join(folder, "bin", "go"), 0o755);
  }

  const builds = () => `cp builder.yaml ${folder}/manifest-seen\nmkdir build\ncp ${folder}/made build/otelcol-phoenix`;

  it("installs the builder of the manifest's version, and keeps what it builds", async () => {
    await pretendGo(builds());
    const path = builtPath(search.cacheFolder, search.manifest);
    expect(await buildCollector(search)).to.deep.equal({ path, version: "0.160.0", source: "built" });
    const calls = await readFile(join(folder, "go-calls"), "utf8");
    expect(calls).to.equal(`install go.opentelemetry.io/collector/cmd/builder@v${search.manifest.version}\n`);
    expect(await readFile(join(folder, "manifest-seen"), "utf8")).to.equal(search.manifest.text);
    expect(await readdir(search.cacheFolder)).to.deep.equal([search.manifest.cacheKey]);
    expect(progress.every((line) => /\(\d+ s\)$/.test(line))).to.equal(true);
  });

  it("builds once when two want it at the same time", async () => {
    await pretendGo(`${builds()}\nsleep 0.2`);
    const results = await Promise.all([buildCollector(search), buildCollector(search)]);
    expect(results.map((result) => "source" in result && result.source).sort()).to.deep.equal(["built", "cache"]);
    expect((await readFile(join(folder, "go-calls"), "utf8")).trim().split("\n")).to.have.length(1);
    expect(progress).to.include("Waiting for another process that builds the same collector");
  });

  it("passes on what the builder says when it fails, and leaves nothing behind", async () => {
    await pretendGo("echo 'module not found' >&2\nexit 1");
    expect(await buildCollector(search)).to.deep.equal({ reason: "The collector builder failed: module not found" });
    expect(await readdir(search.cacheFolder)).to.deep.equal([]);
  });

  it("passes on what Go says when the builder cannot be had", async () => {
    await pretendGo("", "echo 'no network' >&2\nexit 1");
    expect(await buildCollector(search))
      .to.have.property("reason")
      .that.matches(/^go install .*failed: no network$/);
  });

  it("stops when it is aborted, and leaves nothing behind", async () => {
    await pretendGo("sleep 60");
    const controller = new AbortController();
    const onProgress = (line: string) => line.startsWith("Getting") && controller.abort(new Error("enough"));
    const error = await buildCollector({ ...search, signal: controller.signal, onProgress }).catch(
      (caught: Error) => caught,
    );
    expect(error).to.have.property("message", "enough");
    expect(await readdir(search.cacheFolder)).to.deep.equal([]);
  });
});
