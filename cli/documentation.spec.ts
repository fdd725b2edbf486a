import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import type { Command } from "commander";
import { exitCodeMeanings } from "./output/exit-codes.ts";
import { createProgram } from "./program.ts";
import { parseScenario } from "./scenario/read-scenario.ts";
import { specOfScenario } from "./scenario/scenario.ts";

const page = readFileSync(join(import.meta.dirname, "..", "docs", "cli.md"), "utf8");

/** The rows of the table under a heading of the page. */
function rowsUnder(heading: string): string[] {
  const [, section = ""] = page.split(`\n## ${heading}\n`);
  const [own = ""] = section.split("\n## ");
  return own.split("\n").filter((line) => line.startsWith("| `"));
}

/** "phoenix experiment run" and what it says of itself, for every command that does something. */
function leavesOf(command: Command, path: string): string[] {
  const own = command.commands.filter((child) => child.name() !== "help");
  const name = `${path} ${command.name()}`.trim();
  if (own.length > 0) return own.flatMap((child) => leavesOf(child, name));
  const values = command.registeredArguments.map((argument) => ` <${argument.name()}>`).join("");
  return [`| \`${name}${values}\` | ${command.description()} |`];
}

/** The scenario file that the page shows. */
const example = /```yaml\n# scenario\.yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? "";

describe("docs/cli.md", () => {
  it("has every command, as its help describes it", async () => {
    expect(rowsUnder("Commands")).to.deep.equal(leavesOf(await createProgram(), ""));
  });

  it("has every exit code with its meaning", () => {
    const expected = exitCodeMeanings.map(([code, meaning]) => `| \`${code}\` | ${meaning} |`);
    expect(rowsUnder("Exit codes")).to.deep.equal(expected);
  });

  it("shows a scenario file that is one", () => {
    const spec = specOfScenario(parseScenario(example, "docs/cli.md"));
    expect(spec.arms.map(({ pipeline }) => pipeline?.name)).to.deep.equal([
      "process-baseline-v1",
      "process-priority-filter-v1",
    ]);
    expect(spec.maxDuration?.seconds).to.equal(480n);
    expect(spec).to.include({ minimumReductionRatio: 0.2, overheadMarginRatio: 0.1, scopeAccepted: true });
  });

  it("has every key of a scenario file", () => {
    let complaint = "";
    try {
      parseScenario(`${example}\nnonsense: 1\n`, "try.yaml");
    } catch (error) {
      complaint = (error as Error).message;
    }
    const keys = / the keys here are (.+)$/.exec(complaint)?.[1]?.split(", ") ?? [];
    expect(keys).to.include("baseline");
    expect(rowsUnder("Scenario files").map((row) => /`([^`]+)`/.exec(row)?.[1])).to.deep.equal(keys);
  });
});
