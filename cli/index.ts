/**
 * The command `phoenix`. commands/: one file a command · client/: generated
 * clients · scenario/: experiments as people write them · experiment/, watch/,
 * report/: how they are shown · demo/: the main job on one machine ·
 * output/: tables, JSON, YAML, exit codes.
 */
import type { Command } from "commander";
import { describeFailure } from "./output/command-error.ts";
import { createProgram } from "./program.ts";

/** Runs `phoenix` with these arguments and sets the process's exit code. */
export async function run(args: string[]): Promise<void> {
  // A reader that goes away (`phoenix ... | head`) is not an error worth words.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  const program = await createProgram(args);
  exitByException(program);
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    const { line, exitCode } = describeFailure(error);
    if (line !== "") process.stderr.write(`phoenix: ${line}\n`);
    process.exitCode = exitCode;
  }
}

function exitByException(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) exitByException(child);
}
