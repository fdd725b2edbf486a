import { ErrorReason, fromConnectError, PhoenixError } from "@phoenix/platform/errors";
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

/** Reasons that say something cannot be reached or had, whatever the code. */
const awayReasons: ReadonlySet<ErrorReason> = new Set([
  ErrorReason.COLLECTOR_UNAVAILABLE,
  ErrorReason.DATABASE_UNAVAILABLE,
  ErrorReason.SERVICE_UNAVAILABLE,
]);

/** Any thrown value as the one line and the exit code that a user sees. */
export function describeFailure(error: unknown): { line: string; exitCode: number } {
  if (error instanceof CommandError) return { line: oneLine(error.message), exitCode: error.exitCode };
  if (error instanceof CommanderError) return { line: "", exitCode: error.exitCode === 0 ? 0 : exitCodes.usage };
  const known = error instanceof PhoenixError ? error : fromConnectError(error);
  const away = awayReasons.has(known.reason);
  return { line: oneLine(known.message), exitCode: away ? exitCodes.unavailable : exitCodeOf(known.code) };
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, "; ").trim();
}
