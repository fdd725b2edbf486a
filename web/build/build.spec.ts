import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
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
    expect(readAll(".css")).to.contain("--mantine-primary-color-filled");
  });

  it("brings the style of every part of the component library that it uses", () => {
    const classNames = /\bm_[0-9a-f]{6,8}\b/g;
    const library = readFileSync(createRequire(import.meta.url).resolve("@mantine/core/styles.css"), "utf8");
    const styled = new Set(library.match(classNames));
    const used = new Set(
      readAll(".js")
        .match(classNames)
        ?.filter((name) => styled.has(name)),
    );
    const brought = new Set(readAll(".css").match(classNames));
    expect(used.size).to.be.greaterThan(50);
    expect([...used.difference(brought)]).to.deep.equal([]);
  });

  it("asks who is logged in by a small script that waits for no other", () => {
    const page = readFileSync(join(built.folder, "index.html"), "utf8");
    const name = /<script type="module" async[^>]* src="\/assets\/([^"]+)"/.exec(page)?.[1] ?? "none";
    const script = readFileSync(join(built.folder, "assets", name), "utf8");
    expect(script.length).to.be.lessThan(3_000);
    expect(script)
      .to.contain("GetLoginOptions")
      .and.not.match(/\bimport\b/);
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
  const readAll = (end: string): string =>
    names()
      .filter((name) => name.endsWith(end))
      .map((name) => readFileSync(join(built.folder, "assets", name), "utf8"))
      .join("\n");
});
