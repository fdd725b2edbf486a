import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { describeFailure } from "../output/command-error.ts";
import { createRecordedTerminal } from "../testing/recorded-terminal.ts";
import { analyze } from "./analyze.ts";

const phoenix = join(import.meta.dirname, "..", "bin", "phoenix.mjs");
const row = (count: number): number[] => Array.from({ length: 20 }, () => count);
const panel = {
  windowSeconds: 5,
  blockWindows: 2,
  baseline: [row(1000), row(2000), row(900)],
  candidate: [row(300), row(600), row(270)],
};

describe("phoenix analyze", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "phoenix-analyze-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const file = (text: string): string => {
    const path = join(folder, "panel.json");
    writeFileSync(path, text);
    return path;
  };
  /** What a file gives, or the line and the exit code that a user sees. */
  const run = async (text: string, output = "json"): Promise<string> => {
    const terminal = createRecordedTerminal();
    await analyze({ input: file(text), output }, terminal);
    return terminal.outText();
  };
  const failure = async (text: string): Promise<{ line: string; exitCode: number }> => {
    try {
      await run(text);
    } catch (error) {
      return describeFailure(error);
    }
    return expect.fail("the file was taken");
  };

  it("gives every number as JSON", async () => {
    const found = JSON.parse(await run(JSON.stringify(panel)));
    expect(Object.keys(found)).to.deep.equal([
      "blocks",
      "blockLogRatios",
      "theta",
      "standardError",
      "radius",
      "lower",
      "upper",
      "reduction",
      "decision",
      "reasons",
    ]);
    expect(found).to.include({ blocks: 10, decision: "promote" });
    expect(found.theta).to.be.closeTo(Math.log(0.3), 0.002);
    expect(found.upper - found.lower).to.be.closeTo(2 * found.radius, 1e-12);
  });

  it("takes a file that begins with a byte order mark", async () => {
    expect(JSON.parse(await run(`\uFEFF${JSON.stringify(panel)}`))).to.include({ decision: "promote" });
  });

  it("gives a table with the decision and why", async () => {
    const shown = await run(JSON.stringify(panel), "table");
    expect(shown)
      .to.match(/^decision\s+PROMOTE$/m)
      .and.match(/^reduction\s+69\.9\d %$/m);
    expect(shown).to.match(/^reason\s+The candidate sends 70\.0 % fewer series/m);
    const short = { ...panel, blockWindows: 10 };
    expect(await run(JSON.stringify(short), "table")).to.match(/^interval\s+unbounded to unbounded$/m);
  });

  it("names line and column of a number that JSON does not have", async () => {
    const text = JSON.stringify({ note: 0, ...panel }, null, 1).replace("1000", "NaN");
    const { line, exitCode } = await failure(text);
    expect(exitCode).to.equal(2);
    expect(line).to.match(/panel\.json line 7, column 4: NaN is no number in JSON; write null/);
    expect((await failure('{"a \\" NaN": [1, -Infinity]}')).line).to.contain("column 18: -Infinity");
  });

  it("refuses what is no panel with exit code 2 and the place", async () => {
    for (const [text, words] of [
      ["", "is empty"],
      ["{", "is not JSON"],
      ["[]", "must be an object"],
      [JSON.stringify({ ...panel, candidate: [row(1), row(1)] }), "candidate has 2 rows"],
      [JSON.stringify({ ...panel, baseline: [row(1), [1, 2, 3, "4"], row(1)] }), "baseline[1][3]"],
      [JSON.stringify(panel).replace("1000", "1e999"), "baseline[0][0]"],
    ] as const) {
      const { line, exitCode } = await failure(text);
      expect(line).to.contain(words);
      expect(exitCode).to.equal(2);
    }
  });

  it("reads standard input, and exits as it should", function () {
    this.timeout(30_000);
    const answer = execFileSync(process.execPath, [phoenix, "analyze", "--input", "-", "-o", "json"], {
      input: JSON.stringify(panel),
      encoding: "utf8",
    });
    expect(JSON.parse(answer)).to.include({ decision: "promote" });
    const refused = spawnSync(process.execPath, [phoenix, "analyze", "--input", join(folder, "none.json")], {
      encoding: "utf8",
    });
    expect(refused.status).to.equal(2);
    expect(refused.stderr).to.contain("cannot be read (ENOENT)");
  });
});
