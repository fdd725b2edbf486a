import { Command } from "commander";
import { agentCommand } from "./commands/agent.ts";
import { completionCommand } from "./commands/completion.ts";
import { demoCommand } from "./commands/demo.ts";
import { experimentCommand } from "./commands/experiment.ts";
import { hostCommand } from "./commands/host.ts";
import { migrateCommand } from "./commands/migrate.ts";
import { pipelineCommand } from "./commands/pipeline.ts";
import { serverCommand } from "./commands/server.ts";
import { taskCommand } from "./commands/task.ts";
import { versionCommand } from "./commands/version.ts";
import { exitCodeMeanings } from "./output/exit-codes.ts";

/** The whole command tree of `phoenix`. */
export function createProgram(): Command {
  const program = new Command("phoenix")
    .description("Compare two OpenTelemetry Collector pipelines on the same hosts and roll the better one out.")
    .showHelpAfterError("(see --help)")
    .addHelpText(
      "after",
      `\nExit codes:\n${exitCodeMeanings.map(([code, meaning]) => `  ${String(code).padEnd(4)} ${meaning}`).join("\n")}\n`,
    );
  for (const command of [
    serverCommand(),
    agentCommand(),
    migrateCommand(),
    experimentCommand(),
    pipelineCommand(),
    hostCommand(),
    taskCommand(),
    demoCommand(),
    versionCommand(),
    completionCommand(program),
  ]) {
    program.addCommand(command);
  }
  return program;
}
