import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from "node:zlib";
import { expect } from "chai";
import { serveConsole } from "./index.ts";

type Answer = { status: number; headers: IncomingMessage["headers"]; body: Buffer };

describe("serveConsole", () => {
  const script = "console.log('phoenix')\n";
  let folder: string;
  let server: Server;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "phoenix-console-"));
    mkdirSync(join(folder, "dist", "assets"), { recursive: true });
    writeFileSync(join(folder, "secret.txt"), "secret");
    writeFileSync(join(folder, "dist", "index.html"), "<title>Phoenix</title>");
    writeFileSync(join(folder, "dist", "assets", "main-abc.js"), script);
    writeFileSync(join(folder, "dist", "assets", "main-abc.js.br"), brotliCompressSync(script));
    writeFileSync(join(folder, "dist", "assets", "main-abc.js.gz"), gzipSync(script));
    server = createServer(serveConsole(join(folder, "dist"))).listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  afterEach(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  /** By hand, because fetch would tidy the path and undo the encoding. */
  async function ask(path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Answer> {
    const { port } = server.address() as AddressInfo;
    const asked = request({ host: "127.0.0.1", port, path, headers, method, agent: false }).end();
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    const parts: Buffer[] = [];
    for await (const part of answer) parts.push(part as Buffer);
    return { status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(parts) };
  }

  it("gives the page at / and for every place in the console, under a policy without exceptions", async () => {
    for (const path of ["/", "/experiments", "/experiments/42?tab=cost", "/index.html"]) {
      const { status, headers, body } = await ask(path);
      expect(status, path).to.equal(200);
      expect(body.toString(), path).to.contain("<title>Phoenix</title>");
      expect(headers["content-type"]).to.equal("text/html; charset=utf-8");
      expect(headers["content-security-policy"]).to.contain("script-src 'self'").and.to.not.contain("unsafe");
      expect(headers["x-content-type-options"]).to.equal("nosniff");
      expect(headers["cache-control"]).to.equal("no-cache");
    }
  });

  it("gives the page for a name with a dot to a person, and not to a program", async () => {
    expect((await ask("/fleet/web-1.example.com", { accept: "text/html,*/*" })).status).to.equal(200);
    expect((await ask("/fleet/web-1.example.com", { accept: "application/json" })).status).to.equal(404);
  });

  it("knows no call, no missing file, and no other method", async () => {
    const html = { accept: "text/html" };
    expect((await ask("/phoenix.controller.v1.FleetService/ListHosts", html)).status).to.equal(404);
    expect((await ask("/assets/gone.js", html)).status).to.equal(404);
    expect((await ask("/favicon.ico", html)).status).to.equal(404);
    expect((await ask("/experiments", html, "POST")).status).to.equal(404);
  });

  it("lets hashed files be kept for ever, and sends them as they were compressed", async () => {
    const brotli = await ask("/assets/main-abc.js", { "accept-encoding": "gzip, deflate, br" });
    expect(brotli.headers).to.include({
      "content-encoding": "br",
      "cache-control": "public, max-age=31536000, immutable",
      vary: "accept-encoding",
    });
    expect(brotliDecompressSync(brotli.body).toString()).to.equal(script);
    const gzip = await ask("/assets/main-abc.js", { "accept-encoding": "gzip, br;q=0" });
    expect(gunzipSync(gzip.body).toString()).to.equal(script);
    const whole = await ask("/assets/main-abc.js");
    expect(whole.headers["content-encoding"]).to.equal(undefined);
    expect(whole.body.toString()).to.equal(script);
  });

  it("says that nothing changed to who has it already", async () => {
    const { headers } = await ask("/");
    const again = await ask("/", { "if-none-match": headers.etag ?? "" });
    expect(again.status).to.equal(304);
    expect(again.body).to.have.lengthOf(0);
  });

  it("answers HEAD with headers alone", async () => {
    const { status, headers, body } = await ask("/", {}, "HEAD");
    expect(status).to.equal(200);
    expect(Number(headers["content-length"])).to.be.greaterThan(0);
    expect(body).to.have.lengthOf(0);
  });

  it("leaves its folder by no path", async () => {
    const tries = [
      "/../secret.txt",
      "/assets/../../secret.txt",
      "/%2e%2e/secret.txt",
      "/..%2fsecret.txt",
      "//secret.txt",
    ];
    for (const path of tries) {
      const { body } = await ask(path, { accept: "text/html" });
      expect(body.toString(), path).to.not.contain("secret\n").and.to.not.equal("secret");
    }
  });

  it("takes up a new build by itself, and says plainly when there is none", async () => {
    await ask("/");
    rmSync(join(folder, "dist"), { recursive: true });
    const none = await ask("/");
    expect(none.status).to.equal(503);
    expect(none.body.toString()).to.contain("npm run setup");
    expect((await ask("/phoenix.controller.v1.FleetService/ListHosts")).status).to.equal(404);
    mkdirSync(join(folder, "dist"));
    writeFileSync(join(folder, "dist", "index.html"), "<title>Newer</title>");
    expect((await ask("/")).body.toString()).to.contain("Newer");
    expect((await ask("/assets/main-abc.js")).status, "for a page that is still open").to.equal(200);
  });
});
