import { spawn } from "node:child_process";
import { mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Database } from "@phoenix/platform/database";
import { createLogger } from "@phoenix/platform/logging";
import { type ApiServer, createApiServer } from "@phoenix/platform/rpc";
import { createMetrics } from "@phoenix/platform/telemetry";
import { createTestDatabase, stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { Analytics1700000000005 } from "../../migrations/0005-analytics.ts";
import { Certificates1700000000007 } from "../../migrations/0007-certificates.ts";
import { type AnalyticsSite, createAnalyticsSite } from "../../services/analytics/testing/analytics-site.ts";

after(stopTestDatabases);

const phoenix = join(import.meta.dirname, "..", "bin", "phoenix.mjs");

describe("phoenix certificate", function () {
  // Every command is a process of its own, and the first test starts PostgreSQL.
  this.timeout(60_000);
  let db: Database;
  let site: AnalyticsSite;
  let server: ApiServer;
  let folder: string;
  before(async () => {
    db = await createTestDatabase({ migrations: [Analytics1700000000005, Certificates1700000000007] });
    site = createAnalyticsSite(db);
    server = createApiServer({
      port: 0,
      routes: (router) => site.service.routes(router),
      services: site.service.descriptors,
      logger: createLogger({ name: "certificate-spec", level: "fatal" }),
      metrics: createMetrics({ processMetrics: false }),
    });
    await server.start();
    folder = await mkdtemp(join(tmpdir(), "phoenix-certificate-"));
    await site.client.analyzeExperiment(site.request());
  });
  after(async () => {
    await server.stop();
    await site.stop();
    await db.close();
    await rm(folder, { recursive: true });
  });

  const run = (args: string[], input = "", address = server.url) =>
    new Promise<{ code: number | null; out: string; err: string }>((resolve, reject) => {
      const env = { ...process.env, PHOENIX_SERVER: address };
      const child = spawn(process.execPath, [phoenix, "certificate", ...args], { env });
      const said = { out: "", err: "" };
      child.stdout.on("data", (chunk: Buffer) => (said.out += chunk.toString("utf8")));
      child.stderr.on("data", (chunk: Buffer) => (said.err += chunk.toString("utf8")));
      child.stdin.on("error", (error: NodeJS.ErrnoException) => error.code !== "EPIPE" && reject(error));
      child.on("error", reject);
      child.on("close", (code) => resolve({ code, ...said }));
      child.stdin.end(input);
    });
  const inFolder = (name: string): string => join(folder, name);

  it("issues one that verifies with the server's keys, and without a server with a key file", async () => {
    const printed = await run(["issue", "exp-1"]);
    expect(printed).to.include({ code: 0, err: "" });
    const written = await run(["issue", "exp-1", "--variant", "candidate", "--file", inFolder("c.json")]);
    expect(written.code).to.equal(0);
    expect(await readFile(inFolder("c.json"), "utf8")).to.equal(printed.out);

    const verified = await run(["verify", inFolder("c.json")]);
    expect(verified.code).to.equal(0);
    expect(verified.out).to.match(/c\.json is valid\.\n\nExperiment +exp-1\n[\s\S]*\nVerdict +PROMOTE: The candidate/);
    expect(verified.out).to.contain("100.0 % in the candidate, 100.0 % in the baseline");

    const keys = await run(["keys", "--pem"]);
    await writeFile(inFolder("keys.pem"), keys.out);
    const nowhere = "http://127.0.0.1:1";
    const offline = await run(["verify", "-", "--key", inFolder("keys.pem"), "-o", "json"], printed.out, nowhere);
    expect(offline.code, offline.err).to.equal(0);
    const answer = JSON.parse(offline.out) as { valid: boolean; keyId: string; certificate: { decision: string } };
    expect(answer).to.deep.include({ valid: true });
    expect(answer.certificate.decision).to.equal("PROMOTE");
    expect((await run(["keys"])).out).to.contain(answer.keyId);
  });

  it("says in one line which part of a certificate does not hold, and exits with a code that is not 0", async () => {
    const { out } = await run(["issue", "exp-1"]);
    const envelope = JSON.parse(out) as { payload: string; signatures: { keyid: string; sig: string }[] };
    const payload = Buffer.from(envelope.payload, "base64").toString("utf8");
    const edited = Buffer.from(payload.replace('"PROMOTE"', '"REJECT"')).toString("base64");
    const unknown = { ...envelope.signatures[0], keyid: "0".repeat(32) };
    const table: [certificate: string, code: number, line: RegExp][] = [
      [JSON.stringify({ ...envelope, payload: edited }), 4, /the certificate is not valid: signature does not match: /],
      [
        JSON.stringify({ ...envelope, signatures: [unknown] }),
        4,
        /not valid: unknown key: it names the key 0{32}; known: [0-9a-f]{32}/,
      ],
      [out.slice(0, -20), 2, /not valid: malformed: it is not JSON in UTF-8; it may have been cut short/],
      ["", 2, /not valid: malformed: /],
    ];
    for (const [certificate, code, line] of table) {
      const verified = await run(["verify", "-"], certificate);
      expect(verified).to.deep.include({ code, out: "" });
      expect(verified.err)
        .to.match(line)
        .and.match(/^phoenix: [^\n]*\n$/);
    }
  });

  it("does not read a huge file to its end, and says of a missing one that it is", async () => {
    const huge = await open(inFolder("huge.json"), "w");
    await huge.truncate(2 ** 40);
    await huge.close();
    const refused = await run(["verify", inFolder("huge.json")]);
    expect(refused.code).to.equal(2);
    expect(refused.err).to.contain("larger than 64 MiB");
    expect((await run(["verify", inFolder("none.json")])).err).to.contain("ENOENT");
    expect((await run(["verify", folder])).code).to.equal(2);
  });

  it("is refused before a verdict, with the server's words", async () => {
    const refused = await run(["issue", "exp-2"]);
    expect(refused).to.include({ code: 3, out: "" });
    expect(refused.err).to.contain("nothing was ever judged under the id exp-2");
  });
});
