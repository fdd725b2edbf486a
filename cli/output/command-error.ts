import { fromConnectError, PhoenixError } from "@phoenix/platform/errors";
import { CommanderError } from "commander";
import { exitCodeOf, exitCodes } from "./exit-codes.ts";

/** Ends a command with one line on standard error and an exit code. */
export class CommandError extends Error {
  readonly exitCode: number;
  constructor(message: string, exitCode: number, options?: ErrorOptions) {
    super(message, options);
    this.name = "CommandError";
    this.exitCode = exitCode;
  }
}

/** Any thrown value as the one line and the exit code that a user sees. */
export function describeFailure(error: unknown): { line: string; exitCode: number } {
  if (error instanceof CommandError) return { line: error.message, exitCode: error.exitCode };
  if (error instanceof CommanderError) return { line: "", exitCode: error.exitCode === 0 ? 0 : exitCodes.usage };
  if (error instanceof PhoenixError) return { line: oneLine(error.message), exitCode: exitCodeOf(error.code) };
  const converted = fromConnectError(error);
  return { line: oneLine(converted.message), exitCode: exitCodeOf(converted.code) };
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, "; ").trim();
}
