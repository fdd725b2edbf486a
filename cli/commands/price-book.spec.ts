import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Database } from "@phoenix/platform/database";
import { createLogger } from "@phoenix/platform/logging";
import { type ApiServer, createApiServer } from "@phoenix/platform/rpc";
import { createMetrics } from "@phoenix/platform/telemetry";
import { createTestDatabase, stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { Platform1700000000001 } from "../../migrations/0001-platform.ts";
import { Benchmark1700000000004 } from "../../migrations/0004-benchmark.ts";
import { PriceBooksAndRollups1700000000008 } from "../../migrations/0008-price-books-and-rollups.ts";
import { type BenchmarkService, createBenchmarkService } from "../../services/benchmark/index.ts";

after(stopTestDatabases);

const phoenix = join(import.meta.dirname, "..", "bin", "phoenix.mjs");
const yaml = `name: ours
title: Our vendor
unit: Samples ingested.
currency: USD
as_of: 2026-11-20
source: the contract
trust: contract
rule: signoz
prices:
  per_million_samples: 0.08
`;

describe("phoenix price-book", function () {
  // Every command is a process of its own, and the first test starts PostgreSQL.
  this.timeout(60_000);
  let db: Database;
  let service: BenchmarkService;
  let server: ApiServer;
  let folder: string;
  before(async () => {
    db = await createTestDatabase({
      migrations: [Platform1700000000001, Benchmark1700000000004, PriceBooksAndRollups1700000000008],
    });
    const logger = createLogger({ name: "price-book-spec", level: "fatal" });
    const metrics = createMetrics({ processMetrics: false });
    service = createBenchmarkService({ db, logger, metrics });
    await service.start();
    server = createApiServer({
      port: 0,
      routes: (router) => service.routes(router),
      services: service.descriptors,
      logger,
      metrics,
    });
    await server.start();
    folder = await mkdtemp(join(tmpdir(), "phoenix-price-book-"));
  });
  after(async () => {
    await server.stop();
    await service.stop();
    await db.close();
    await rm(folder, { recursive: true });
  });

  const run = (args: string[], input = "") =>
    new Promise<{ code: number | null; out: string; err: string }>((resolve, reject) => {
      const env = { ...process.env, PHOENIX_SERVER: server.url };
      const child = spawn(process.execPath, [phoenix, "price-book", ...args], { env });
      const said = { out: "", err: "" };
      child.stdout.on("data", (chunk: Buffer) => (said.out += chunk.toString("utf8")));
      child.stderr.on("data", (chunk: Buffer) => (said.err += chunk.toString("utf8")));
      child.stdin.on("error", (error: NodeJS.ErrnoException) => error.code !== "EPIPE" && reject(error));
      child.on("error", reject);
      child.on("close", (code) => resolve({ code, ...said }));
      child.stdin.end(input);
    });

  it("checks a file, stores it, shows it, and deletes it", async () => {
    const file = join(folder, "ours.yaml");
    await writeFile(file, yaml);
    const checked = await run(["apply", "-f", file, "--validate-only"]);
    expect(checked).to.deep.equal({ code: 0, out: `${file} is valid; it would be version 1 of ours\n`, err: "" });
    expect((await run(["apply", "-f", file])).out).to.equal("ours is stored as version 1\n");
    expect((await run(["apply", "-f", file])).out).to.equal("ours is as it was: nothing to change\n");
    const edited = yaml.replace("0.08", "0.07");
    expect(JSON.parse((await run(["apply", "-f", "-", "-o", "json"], edited)).out)).to.deep.include({ changed: true });
    expect(await run(["show", "ours", "--version", "1"])).to.deep.equal({
      ...{ code: 0, out: yaml, err: "version 1, by operator\n" },
    });
    expect((await run(["show", "ours"])).out).to.equal(edited);
    const listed = await run(["list"]);
    expect(listed.out).to.match(/^ours +2 +operator +USD +2026-11-20 +contract +Our vendor$/m);
    expect(listed.out).to.match(/^signoz-cloud +shipped +USD/m);
    // Nobody is there to be asked.
    const unasked = await run(["delete", "ours"]);
    expect(unasked).to.include({ code: 2 });
    expect(unasked.err).to.contain("--yes");
    expect(await run(["delete", "ours", "--yes"])).to.include({ code: 0 });
    expect(await run(["show", "ours"])).to.include({ code: 3 });
  });

  it("takes what it shows of a book that ships", async () => {
    const shown = await run(["show", "grafana-cloud-pro"]);
    expect(shown).to.include({ code: 0, err: "as it ships\n" });
    const again = await run(["apply", "-f", "-"], shown.out);
    expect(again.out).to.equal("grafana-cloud-pro is as it was: nothing to change\n");
    const answer = JSON.parse((await run(["show", "grafana-cloud-pro", "-o", "json"])).out);
    expect(answer.priceBook.yaml).to.equal(shown.out);
  });

  it("names file, line and column of what is wrong", async () => {
    const wrong = await run(["apply", "-f", "-"], yaml.replace("USD", "Dollars").replace("0.08", "-1"));
    expect(wrong).to.include({ code: 2, out: "" });
    expect(wrong.err).to.match(/^phoenix: -: line 4, column 11: "currency" must be .*; line 10, column 24: /);
    const absent = join(folder, "absent.yaml");
    expect(await run(["apply", "-f", absent])).to.include({ code: 2 });
    expect(await run(["show", "ours", "--version", "x"])).to.include({ code: 2 });
  });
});
