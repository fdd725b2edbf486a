import { closeSync, openSync, readSync } from "node:fs";
import { fromJson } from "@bufbuild/protobuf";
import { readLoadProfile } from "@phoenix/catalog";
import { type LoadProfile, LoadProfileSchema } from "@phoenix/gen/phoenix/load/v1/load_profile_pb.ts";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";

/** Longest file that is read, in bytes: many times what 600 roles take. */
const longestBytes = 256 * 1024;

/** Reads a load profile of one's own from a YAML file. Throws a usage error with line and column of all that is wrong. */
export function readProfileFile(path: string): LoadProfile {
  let text: string;
  try {
    text = readAtMost(path, longestBytes + 1);
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === "ENOENT" ? "there is no such file" : String(error);
    throw new CommandError(`cannot read ${path}: ${why}`, exitCodes.usage);
  }
  if (Buffer.byteLength(text) > longestBytes) {
    throw new CommandError(`${path} is longer than 256 KiB, which no load profile is`, exitCodes.usage);
  }
  const { definition, problems } = readLoadProfile(text);
  if (definition !== undefined) return fromJson(LoadProfileSchema, definition);
  const lines = problems.map(
    ({ line, column, path: at, message }) => `${path}:${line}:${column}: ${at === "" ? "" : `${at}: `}${message}`,
  );
  throw new CommandError(lines.join("\n"), exitCodes.usage);
}

function readAtMost(path: string, mostBytes: number): string {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(mostBytes);
    let length = 0;
    for (let more = -1; more !== 0; length += more) more = readSync(file, bytes, length, mostBytes - length, null);
    return bytes.toString("utf8", 0, length);
  } finally {
    closeSync(file);
  }
}
