import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { runProgram } from "../ask/index.ts";
import { readManifest } from "../manifest.ts";
import { cacheFolder, findCached, releasePath } from "./cache.ts";
import { downloadRelease, readChecksum, releaseArtifact } from "./release.ts";
import type { Search } from "./search.ts";
import { writeStandInCollector } from "./stand-in-collector.ts";

describe("downloading the official release", () => {
  let folder: string;
  let server: Server;
  let files: Map<string, Buffer | "silence">;
  let search: Search;
  let progress: string[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "phoenix-release-"));
    files = new Map();
    server = createServer((request, response) => {
      const file = files.get(request.url?.split("/").at(-1) ?? "");
      if (file === "silence") return;
      response.writeHead(file ? 200 : 404, { "content-length": file?.length ?? 0 }).end(file);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const mirror = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const env = { PATH: process.env.PATH, PHOENIX_CACHE_DIR: folder, PHOENIX_OTELCOL_MIRROR: mirror };
    progress = [];
    search = {
      env,
      cacheFolder: cacheFolder(env),
      manifest: await readManifest(),
      onProgress: (line) => progress.push(line),
      signal: undefined,
    };
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true, force: true });
  });

  async function publish(checksum?: string): Promise<string> {
    const artifact = releaseArtifact(search.manifest.version, process.platform, process.arch) ?? "";
    await writeStandInCollector(join(folder, "pack", "otelcol-contrib"), "0.160.0");
    await runProgram("tar", ["-czf", join(folder, "pack.tar.gz"), "-C", join(folder, "pack"), "otelcol-contrib"], {
      env: process.env,
      timeoutMs: 10_000,
    });
    const archive = await readFile(join(folder, "pack.tar.gz"));
    files.set(artifact, archive);
    files.set(`${artifact}.sha256`, Buffer.from(checksum ?? createHash("sha256").update(archive).digest("hex")));
    return artifact;
  }

  it("keeps a release whose checksum is right, where the next search finds it", async () => {
    await publish();
    const path = releasePath(search.cacheFolder, search.manifest);
    expect(await downloadRelease(search)).to.deep.equal({ path, version: "0.160.0", source: "release" });
    expect(await findCached(search)).to.deep.equal({ path, version: "0.160.0", source: "cache" });
    expect(progress.join("\n")).to.contain("100 %");
    expect(await readdir(search.cacheFolder)).to.deep.equal([`${search.manifest.version}-release`]);
  });

  it("throws away a release whose checksum is wrong", async () => {
    await publish("0".repeat(64));
    expect(await downloadRelease(search))
      .to.have.property("reason")
      .that.contains("does not match its checksum");
    expect(await readdir(search.cacheFolder)).to.deep.equal([]);
  });

  it("does not take a release without a checksum", async () => {
    files.delete(`${await publish()}.sha256`);
    expect(await downloadRelease(search))
      .to.have.property("reason")
      .that.contains("the server answers 404");
  });

  it("gives up after five seconds without an answer", async function () {
    this.timeout(10_000);
    files.set(`${await publish()}.sha256`, "silence");
    expect(await downloadRelease(search))
      .to.have.property("reason")
      .that.contains("no answer within 5 s");
  });

  it("gives up at once where nothing listens", async () => {
    await mkdir(search.cacheFolder, { recursive: true });
    search.env.PHOENIX_OTELCOL_MIRROR = "http://127.0.0.1:1";
    expect(await downloadRelease(search))
      .to.have.property("reason")
      .that.contains("could not be downloaded");
  });

  it("names the files as the project's releases do", () => {
    expect(releaseArtifact("0.160.0", "linux", "x64")).to.equal("otelcol-contrib_0.160.0_linux_amd64.tar.gz");
    expect(releaseArtifact("0.160.0", "darwin", "arm64")).to.equal("otelcol-contrib_0.160.0_darwin_arm64.tar.gz");
    expect(releaseArtifact("0.160.0", "sunos", "x64")).to.equal(undefined);
  });

  it("reads a checksum with and without a file name behind it", () => {
    const digest = "ab".repeat(32);
    expect(readChecksum(`${digest}\n`)).to.equal(digest);
    expect(readChecksum(`${digest.toUpperCase()}  file.tar.gz`)).to.equal(digest);
    expect(readChecksum("<html>not found</html>")).to.equal(undefined);
  });
});
