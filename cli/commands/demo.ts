import { Command } from "commander";
import { demoScenarios } from "../demo/demo-scenarios.ts";
import { runDemo } from "../demo/run-demo.ts";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { interruptSignal, processTerminal } from "./context.ts";

/** `phoenix demo`. */
export function demoCommand(): Command {
  return new Command("demo")
    .description(
      "the main job on this machine, from nothing to a promoted pipeline, with everything stopped at the end",
    )
    .option("--scenario <name>", Object.keys(demoScenarios).join(", "), "promote")
    .option("--report-dir <folder>", "folder for the report", "reports")
    .option("-o, --output <format>", "table or json; json prints one object last", "table")
    .action(async (options: { scenario: string; reportDir: string; output: string }) => {
      if (options.output !== "table" && options.output !== "json") {
        throw new CommandError(`--output takes table or json, not "${options.output}"`, exitCodes.usage);
      }
      const signal = interruptSignal();
      process.once("SIGTERM", () => process.kill(process.pid, "SIGINT"));
      const summary = await runDemo({ ...options, terminal: processTerminal, signal });
      if (options.output === "json") process.stdout.write(`${JSON.stringify(summary)}\n`);
      else process.stdout.write(`${summary.verdict}: report at ${summary.reportPath}\n`);
    });
}
