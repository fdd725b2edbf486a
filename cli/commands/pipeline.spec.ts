import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLogger } from "@phoenix/platform/logging";
import { type ApiServer, createApiServer } from "@phoenix/platform/rpc";
import { createMetrics } from "@phoenix/platform/telemetry";
import { stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { loopbackCertificate } from "../../platform/rpc/edge/fixture/loopback-certificate.ts";
import { findTestCollector, type ServedPipelines, servePipelines } from "../../services/pipelines/testing/index.ts";

after(stopTestDatabases);

const phoenix = join(import.meta.dirname, "..", "bin", "phoenix.mjs");
const catalog = join(import.meta.dirname, "..", "..", "catalog");

describe("phoenix pipeline", function () {
  // Every command is a process of its own, and the first test starts PostgreSQL.
  this.timeout(90_000);
  let served: ServedPipelines;
  let server: ApiServer;
  let folder: string;
  let good: string;

  before(async function () {
    this.timeout(600_000);
    served = await servePipelines(await findTestCollector());
    server = createApiServer({
      port: 0,
      routes: (router) => served.service.routes(router),
      services: served.service.descriptors,
      logger: createLogger({ name: "pipeline-spec", level: "fatal" }),
      metrics: createMetrics({ processMetrics: false }),
    });
    await server.start();
    folder = await mkdtemp(join(tmpdir(), "phoenix-pipeline-"));
    const shipped = await readFile(join(catalog, "process-priority-filter-v1", "pipeline.yaml"), "utf8");
    good = shipped.replace("name: process-priority-filter-v1", "name: mine");
    await writeFile(join(folder, "mine.yaml"), good);
    await writeFile(join(folder, "wrong.yaml"), good.replace("filter/high]", "filter/absent]"));
  });
  after(async () => {
    await server.stop();
    await served.close();
    await rm(folder, { recursive: true });
  });

  const run = (args: string[], input = "", env: Record<string, string> = {}) =>
    new Promise<{ code: number | null; out: string; err: string }>((resolve, reject) => {
      const child = spawn(process.execPath, [phoenix, "pipeline", ...args], {
        cwd: folder,
        env: { ...process.env, PHOENIX_SERVER: server.url, ...env },
      });
      const said = { out: "", err: "" };
      child.stdout.on("data", (chunk: Buffer) => (said.out += chunk.toString("utf8")));
      child.stderr.on("data", (chunk: Buffer) => (said.err += chunk.toString("utf8")));
      child.stdin.on("error", (error: NodeJS.ErrnoException) => error.code !== "EPIPE" && reject(error));
      child.on("error", reject);
      child.on("close", (code) => resolve({ code, ...said }));
      child.stdin.end(input);
    });

  it("takes a pipeline of one's own from a draft to a published version, compares and deletes it", async () => {
    expect(await run(["create", "--file", "mine.yaml"])).to.deep.equal({
      code: 0,
      out: "stored version 1 of mine, validated; next: phoenix pipeline version publish mine\n",
      err: "",
    });
    expect((await run(["version", "publish", "mine"])).out).to.equal("published version 1 of mine\n");
    expect((await run(["create", "--file", "mine.yaml", "--publish"])).out).to.contain(
      "version 1 of mine is this already\n",
    );
    const edited = good.replace("default: 15s", "default: 1m");
    const stored = await run(["version", "create", "--file", "-", "--publish", "-o", "json"], edited);
    expect(JSON.parse(stored.out).pipeline).to.include({ version: 2, state: "PIPELINE_STATE_PUBLISHED" });
    expect((await run(["version", "list", "mine"])).out).to.match(
      /^mine +2 +published +operator .*\nmine +1 +published +operator /m,
    );
    expect((await run(["list"])).out)
      .to.match(/^mine +2 +published +operator/m)
      .and.match(/^process-baseline-v1 +1 +published +shipped/m);

    const diff = await run(["diff", "mine@1", "mine@2"]);
    expect(diff.out).to.contain("host_metrics/process scrapes every 1 min instead of every 15 s.\n");
    expect((await run(["diff", "mine.yaml", "-", "--values"], edited)).out).to.equal(
      "variables.interval.default: variable interval is 1m by default instead of 15s.\n  - 15s\n  + 1m\n",
    );
    expect((await run(["diff", "mine@1", "mine", "--right-var", "interval=15s"])).out).to.equal(
      "They mean the same.\n",
    );
    expect((await run(["show", "mine@1"])).out)
      .to.match(/^Version +1, published$/m)
      .and.match(/^From +operator$/m);

    const unasked = await run(["delete", "mine"]);
    expect(unasked).to.include({ code: 2 });
    expect(unasked.err).to.contain("Delete every version of mine? Nobody is there to answer: say --yes");
    expect(await run(["delete", "mine@2", "--yes"])).to.include({ code: 4 });
    expect((await run(["delete", "mine", "--yes"])).out).to.equal("deleted 2 versions of mine\n");
    expect(await run(["show", "mine"])).to.include({ code: 3 });
    expect(await run(["delete", "process-baseline-v1", "--yes"])).to.include({ code: 4 });
  });

  it("says file, line and column of what keeps a file from being published, and keeps it as a draft", async () => {
    const refused = await run(["create", "--file", "wrong.yaml", "--publish"]);
    expect(refused).to.include({ code: 2, out: "" });
    expect(refused.err).to.match(
      /^phoenix: wrong\.yaml: mine cannot be published: line \d+, column \d+: .*filter\/absent/,
    );
    const checked = await run(["create", "--file", "wrong.yaml", "--validate-only"]);
    expect(checked).to.include({ code: 4 });
    expect(checked.out).to.match(/^wrong\.yaml:\d+:\d+: error: .*filter\/absent/);
    const drafted = await run(["create", "--file", "wrong.yaml", "--readme", "mine.yaml"]);
    expect(drafted).to.include({ code: 0 });
    expect(drafted.out).to.contain("stored version 1 of mine, draft; next: mend it and store it again\n");
    expect(await run(["delete", "mine@1", "--yes"])).to.include({ code: 0 });
    expect(await run(["create"])).to.include({ code: 2 });
    expect(await run(["create", "--file", "absent.yaml"])).to.include({ code: 2 });
    expect(await run(["show", "process-baseline-v1@x"])).to.include({ code: 2 });
  });

  it("reads a pipeline from an https address, over redirects that stay on https, up to a size", async () => {
    await writeFile(join(folder, "ca.pem"), loopbackCertificate.cert);
    const site = createServer(loopbackCertificate, (request, response) => {
      const to = (location: string) => response.writeHead(302, { location }).end();
      if (request.url === "/moved") to("/mine.yaml");
      else if (request.url === "/down") to("http://127.0.0.1/mine.yaml");
      else if (request.url === "/round") to("/round");
      else if (request.url === "/long") response.end(Buffer.alloc(1024 * 1024 + 1, "#"));
      else if (request.url === "/mine.yaml") response.end(good);
      else response.writeHead(404).end();
    });
    await once(site.listen(0, "127.0.0.1"), "listening");
    try {
      const base = `https://127.0.0.1:${(site.address() as AddressInfo).port}`;
      const from = (path: string) =>
        run(["create", "--validate-only", "--from", base + path], "", { NODE_EXTRA_CA_CERTS: join(folder, "ca.pem") });
      expect((await from("/moved")).out).to.equal("it would be version 1 of mine, validated\n");
      expect((await from("/down")).err).to.contain(
        "leads to http://127.0.0.1/mine.yaml, which is not an https address",
      );
      expect((await from("/round")).err).to.contain("redirects too often");
      expect((await from("/long")).err).to.contain("is longer than 1 MiB");
      expect(await from("/absent")).to.include({ code: 5 });
      const plain = await run(["create", "--from", "http://127.0.0.1/mine.yaml"]);
      expect(plain).to.deep.include({ code: 2, err: "phoenix: http://127.0.0.1/mine.yaml is not an https address\n" });
    } finally {
      const closed = once(site, "close");
      site.close();
      site.closeAllConnections();
      await closed;
    }
  });

  it("makes manifests as one stream, or a file for each object", async () => {
    const { code, out } = await run(["manifests", "process-baseline-v1@1", "--namespace", "watch", "--name", "procs"]);
    expect(code).to.equal(0);
    expect(out)
      .to.match(/^kind: DaemonSet$/m)
      .and.match(/^ {2}namespace: watch$/m);
    expect(await run(["manifests", "process-baseline-v1", "--dir", "k8s"])).to.include({ code: 0, out: "" });
    expect((await readdir(join(folder, "k8s"))).sort()).to.deep.equal([
      "clusterrole.yaml",
      "clusterrolebinding.yaml",
      "configmap.yaml",
      "daemonset.yaml",
      "service.yaml",
      "serviceaccount.yaml",
    ]);
    expect(await readFile(join(folder, "k8s", "daemonset.yaml"), "utf8")).to.match(/^kind: DaemonSet$/m);
    const agents = ["--image", "registry.example/agent:1", "--controller", "phoenix.example:7471", "--insecure"];
    expect((await run(["manifests", "process-topk-v1", ...agents])).out).to.match(
      /^ +- name: agent\n +image: registry/m,
    );
    expect((await run(["manifests", "process-baseline-v1", ...agents])).out).to.contain("deploy process-baseline-v1@1");
    expect(await run(["manifests", "process-topk-v1", ...agents.slice(0, 2)])).to.deep.include({
      code: 2,
      err: "phoenix: The filter of process-topk-v1 moves, so it runs under Phoenix agents. Name the host and port of the server's agent port as pods reach it.\n",
    });
  });

  it("checks what it is given, by name, file or standard input", async () => {
    expect((await run(["validate", "process-baseline-v1@1"])).out).to.contain("is valid: the collector accepts it.");
    expect(await run(["validate", "wrong.yaml"])).to.include({ code: 4 });
    expect((await run(["validate", "-"], good)).out).to.contain("- is valid");
    expect((await run(["render", "process-baseline-v1@1", "--var", "interval=1m"])).out).to.contain(":-1m}");
    expect(await run(["validate", "./absent"])).to.include({ code: 2 });
    expect((await run(["validate", "process-baseline-v1", "mine.yaml", "wrong.yaml"])).out).to.contain(
      "\n3 checked, 1 refused\n",
    );
  });

  it("finds in a folder of broken files what each of them says of itself, and nothing else", async () => {
    const broken = join(import.meta.dirname, "../../validation/corpus");
    const expectation = /^# expect in a (?:configuration|pipeline file): (error|warning) (\S+) at line (\d+)$/gm;
    const expected: string[] = [];
    let errors = 0;
    for (const name of await readdir(broken)) {
      const found = [...(await readFile(join(broken, name), "utf8")).matchAll(expectation)];
      expected.push(...found.map(([, severity, rule, line]) => `${name}:${line}: ${severity} ${rule}`));
      if (found.some(([, severity]) => severity === "error")) errors += 1;
    }
    expect(errors).to.be.at.least(30);
    const { code, out } = await run(["validate", broken]);
    expect(code).to.equal(4);
    const lines = out.matchAll(/^\S*\/(\S+?\.yaml):(\d+):\d+: (\w+): .* \[(\S+)\]$/gm);
    const found = [...lines].map(([, name, line, severity, rule]) => `${name}:${line}: ${severity} ${rule}`);
    // A collector made for Phoenix has no file exporter, that of the contrib release has one.
    const lacking = found.filter((line) => line === "file-in-log-folder.yaml:7: error unknown-component");
    expect(found).to.have.members([...expected, ...lacking]);
    const files = (await readdir(broken)).length;
    expect(out.split("\n").at(-2)).to.equal(`${files} checked, ${errors + lacking.length} refused`);
    const strict = await run(["validate", "--strict", broken, "-o", "json"]);
    expect(strict).to.deep.include({ code: 4, err: `phoenix: ${files} of ${files} are refused\n` });
    expect(JSON.parse(strict.out)).to.have.length(files);
  });

  it("checks files by the rules alone where no server is, with the same findings", async () => {
    const nowhere = { PHOENIX_SERVER: "http://127.0.0.1:1" };
    const fine = await run(["validate", "--offline", "mine.yaml"], "", nowhere);
    expect(fine).to.deep.equal({ code: 0, out: "mine.yaml is valid: the collector was not asked.\n", err: "" });
    const offline = await run(["validate", "--offline", "wrong.yaml", "-o", "json"], "", nowhere);
    expect(offline.code).to.equal(4);
    expect(offline).to.deep.equal(await run(["validate", "wrong.yaml", "-o", "json"]));
    expect(JSON.parse(offline.out).findings[0]).to.include({ rule: "dangling-reference" });
    const secret = "exporters: {debug: {password: hunter2}}\nservice: {pipelines: {metrics: {}}}\n";
    expect((await run(["validate", "--offline", "-"], secret, nowhere)).out).to.contain("[secret-in-clear]");
    for (const args of [["process-baseline-v1"], ["mine.yaml", "--var", "interval=1m"], ["mine.yaml", "--host", "a"]]) {
      const unusable = await run(["validate", "--offline", ...args], "", nowhere);
      expect(unusable).to.include({ code: 2, out: "" });
      expect(unusable.err).to.contain("leave out --offline");
    }
  });

  it("finds nothing in what ships", async () => {
    const names = (await readdir(catalog)).filter((name) => name.startsWith("process-"));
    const paths = names.map((name) => join(catalog, name, "pipeline.yaml"));
    const { code, out } = await run(["validate", "--strict", ...names, ...paths]);
    expect(code, out).to.equal(0);
    expect(out.match(/is valid: the collector accepts it\.$/gm)).to.have.length(10);
    expect(out).to.contain("\n10 checked, 0 refused\n");
  });

  it("says what docs/pipelines.md shows, command by command", async () => {
    const renamed = (name: string) => good.replace("name: mine", `name: ${name}`);
    await writeFile(join(folder, "web-priority.yaml"), renamed("web-priority"));
    await writeFile(join(folder, "next.yaml"), renamed("web-priority").replace("default: 15s", "default: 1m"));
    await writeFile(join(folder, "typo.yaml"), renamed("web-typo").replace("filter/high]", "filter/hgih]"));
    const page = await readFile(join(import.meta.dirname, "../../docs/pipelines.md"), "utf8");
    const shown = [...page.matchAll(/^```\n([\s\S]*?)^```$/gm)].flatMap(([, block = ""]) =>
      block.split(/^\$ /m).slice(1),
    );
    const commands = shown.filter((text) => text.startsWith("phoenix pipeline "));
    expect(commands).to.have.length.at.least(10);
    for (const command of commands) {
      const [line = "", ...said] = command.split("\n");
      const { out, err } = await run(line.split(" ").slice(2));
      expect(out + err, line).to.equal(said.join("\n"));
    }
    const heads = shown.flatMap((text) => [...text.matchAll(/^head -(\d+) (\S+)\n([\s\S]*)$/g)]);
    expect(heads).to.have.length(2);
    for (const [, lines, path = "", head] of heads) {
      const written = (await readFile(join(folder, path), "utf8")).split("\n").slice(0, Number(lines));
      expect(`${written.join("\n")}\n`, path).to.equal(head);
    }
  }).timeout(240_000);
});
