import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { CommandError } from "../output/command-error.ts";
import { readProfileFile } from "./read-profile-file.ts";

const page = readFileSync(join(import.meta.dirname, "..", "..", "docs", "load-profiles.md"), "utf8");
/** The profile that the page shows. */
const example = /```yaml\n# mine\.yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? "";

describe("a load profile of one's own", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "phoenix-profile-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function read(text: string) {
    const path = join(folder, "mine.yaml");
    writeFileSync(path, text);
    return readProfileFile(path);
  }

  function complaint(work: () => unknown): string {
    try {
      work();
    } catch (error) {
      expect(error).to.be.instanceOf(CommandError);
      return (error as CommandError).message.replaceAll(folder, "");
    }
    throw new Error("it was accepted");
  }

  it("is read as docs/load-profiles.md shows it", () => {
    const profile = read(example);
    expect(profile).to.include({ name: "mine", defaultProcesses: 60, maxProcesses: 400, cpuRatio: 0.1 });
    expect(profile.anchors.map(({ name }) => name)).to.deep.equal(["nginx", "sshd"]);
    expect(profile.anchors[0]).to.include({ cpuWeight: 4, memoryBytes: 2n * 1024n * 1024n });
    expect(profile.longestLife?.seconds).to.equal(30n);
  });

  it("has every key on that page", () => {
    const keys = / known keys: (.+)$/.exec(complaint(() => read(`${example}nonsense: 1\n`)))?.[1]?.split(", ");
    const [, listed = ""] = page.split("| key | what it is |");
    const rows = [...listed.matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, key]) => key);
    expect(rows).to.deep.equal(keys);
  });

  it("is refused with file, line and column of all that is wrong", () => {
    const wrong = example.replace("cpu_ratio: 0.1", "cpu_ratio: 9").replace("- cleaner", "- a/b");
    expect(complaint(() => read(wrong)).split("\n")).to.deep.equal([
      "/mine.yaml:16:5: short_lived[0].name: the name of a process is 1 to 14 letters, digits, dots, hyphens or underscores",
      "/mine.yaml:5:1: cpu_ratio: must be a number from 0 to 4",
    ]);
    expect(complaint(() => readProfileFile(join(folder, "none.yaml")))).to.equal(
      "cannot read /none.yaml: there is no such file",
    );
    expect(complaint(() => read(`${example}#${"x".repeat(256 * 1024)}`))).to.equal(
      "/mine.yaml is longer than 256 KiB, which no load profile is",
    );
  });
});
