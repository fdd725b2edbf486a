import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { expect } from "chai";
import { buildConsole, type ConsoleBuild } from "./build.ts";

describe("buildConsole", function () {
  this.timeout(180_000);
  let folder: string;
  let built: ConsoleBuild;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "phoenix-console-"));
    built = await buildConsole(join(folder, "dist"));
  });
  after(() => rmSync(folder, { recursive: true }));

  it("loads at most 300 KiB of scripts, gzip, before the first page", () => {
    expect(built.initialScriptBytes).to.be.within(50 * 1024, 300 * 1024);
  });

  it("has nothing inline that a strict content security policy would block", () => {
    const page = readFileSync(join(built.folder, "index.html"), "utf8");
    expect(page).to.match(/<script type="module"[^>]* src="\/assets\/[^"]+-[\w-]{8}\.js"/);
    expect(page).to.not.match(/<script(?![^>]*\ssrc=)/);
    expect(page).to.not.match(/<style|\sstyle=|\son\w+=/);
  });

  it("writes the theme's variables to a style sheet", () => {
    const sheets = names().filter((name) => name.endsWith(".css"));
    const all = sheets.map((name) => readFileSync(join(built.folder, "assets", name), "utf8")).join("");
    expect(all).to.contain("--mantine-primary-color-filled");
  });

  it("puts compressed copies beside what is worth it", () => {
    const scripts = names().filter((name) => name.endsWith(".js") && names().includes(`${name}.br`));
    expect(scripts).to.have.length.greaterThan(3);
    for (const name of scripts) {
      const whole = readFileSync(join(built.folder, "assets", name));
      const brotli = brotliDecompressSync(readFileSync(join(built.folder, "assets", `${name}.br`)));
      const gzip = gunzipSync(readFileSync(join(built.folder, "assets", `${name}.gz`)));
      expect(whole.equals(brotli) && whole.equals(gzip), name).to.equal(true);
    }
  });

  it("leaves nothing beside its folder", () => {
    expect(readdirSync(folder)).to.deep.equal(["dist"]);
  });

  const names = (): string[] => readdirSync(join(built.folder, "assets"));
});
