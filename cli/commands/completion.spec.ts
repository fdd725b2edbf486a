import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect } from "chai";
import { Command } from "commander";
import { CommandError } from "../output/command-error.ts";
import { createProgram } from "../program.ts";
import { completionScript } from "./completion.ts";

const phoenix = join(import.meta.dirname, "..", "bin", "phoenix.mjs");

describe("completion", function () {
  this.timeout(60_000);

  describe("in bash", () => {
    let script: string;

    before(() => {
      script = execFileSync(process.execPath, [phoenix, "completion", "bash"], { encoding: "utf8" });
    });

    /** What bash offers for the last of these words, as its own completion would ask. */
    function offered(...words: string[]): string[] {
      const ask = `source <(printf '%s' "$PHOENIX_SCRIPT"); COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _phoenix
        printf '%s\\n' "\${COMPREPLY[@]}"; complete -p phoenix >&2`;
      const output = execFileSync("bash", ["--norc", "-c", ask, "bash", ...words], {
        encoding: "utf8",
        env: { ...process.env, PHOENIX_SCRIPT: script },
        stdio: ["ignore", "pipe", "pipe"],
      });
      return output.split("\n").filter((word) => word !== "");
    }

    it("offers every command", async () => {
      const names = (await createProgram()).commands.map((command) => command.name());
      expect(offered("phoenix", "")).to.include.members(names);
    });

    const table: [words: string[], offer: string[]][] = [
      [["phoenix", "exp"], ["experiment"]],
      [
        ["phoenix", "experiment", "st"],
        ["status", "stop"],
      ],
      [["phoenix", "experiment", "ev"], ["events"]],
      [["phoenix", "experiment", "events", "--f"], ["--follow"]],
      [["phoenix", "experiment", "status", "exp-1", "--w"], ["--watch"]],
      [["phoenix", "experiment", "run", "--baseline", "process-baseline-v1", "--requ"], ["--require-promote"]],
      [["phoenix", "agent", "--keep"], ["--keep-collectors"]],
      [["phoenix", "host", "nothing-like-this"], []],
    ];
    for (const [words, offer] of table) {
      it(`offers ${offer.join(" and ") || "nothing"} for: ${words.join(" ")}`, () => {
        expect(offered(...words)).to.deep.equal(offer);
      });
    }
  });

  it("in zsh is the same script through zsh's own bridge", async () => {
    const program = await createProgram();
    const [first, ...rest] = completionScript(program, "zsh").split("\n");
    expect(first).to.equal("autoload -U +X bashcompinit && bashcompinit");
    expect(rest.join("\n")).to.equal(completionScript(program, "bash"));
  });

  it("in fish is one line a word, under the words that lead to it", async () => {
    const lines = completionScript(await createProgram(), "fish")
      .trimEnd()
      .split("\n");
    for (const line of lines) expect(line).to.match(/^complete -c phoenix (-f )?-n "[a-z_ ;-]+" -[al] [a-z-]+$/);
    expect(lines).to.include.members([
      'complete -c phoenix -f -n "__fish_use_subcommand" -a experiment',
      'complete -c phoenix -f -n "__fish_seen_subcommand_from experiment" -a events',
      'complete -c phoenix -n "__fish_seen_subcommand_from experiment; and __fish_seen_subcommand_from events" -l follow',
    ]);
    expect(new Set(lines).size).to.equal(lines.length);
  });

  it("refuses a shell that it has no script for", () => {
    expect(() => completionScript(new Command("phoenix"), "tcsh")).to.throw(CommandError, 'not for "tcsh"');
  });
});
