import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { toJson } from "@bufbuild/protobuf";
import { stringify } from "yaml";
import { CommandError } from "./command-error.ts";
import { exitCodes } from "./exit-codes.ts";

/** The three ways a command can answer. */
export type OutputFormat = "table" | "json" | "yaml";

/** Where a command writes: its answer on `out`, everything else on `err`. */
export type Terminal = {
  out: NodeJS.WriteStream;
  err: NodeJS.WriteStream;
};

/** Checks the value of `--output`. Throws a usage error that names the choices. */
export function parseOutputFormat(value: string): OutputFormat {
  if (value === "table" || value === "json" || value === "yaml") return value;
  throw new CommandError(`--output takes table, json or yaml, not "${value}"`, exitCodes.usage);
}

/**
 * Writes a message as the user asked: a table made by `table`, or the message in
 * Protobuf's JSON mapping, as JSON or YAML.
 */
export function printMessage<D extends DescMessage>(
  terminal: Terminal,
  format: OutputFormat,
  schema: D,
  message: MessageShape<D>,
  table: () => string,
): void {
  if (format === "table") terminal.out.write(`${table()}\n`);
  else printValue(terminal, format, toJson(schema, message));
}

/** Writes a plain value as JSON or YAML. */
export function printValue(terminal: Terminal, format: "json" | "yaml", value: unknown): void {
  terminal.out.write(formatValue(format, value));
}

/** A plain value as JSON or YAML. */
export function formatValue(format: "json" | "yaml", value: unknown): string {
  return format === "json" ? `${JSON.stringify(value, null, 2)}\n` : stringify(value);
}
