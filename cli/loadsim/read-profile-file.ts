import { readFileSync } from "node:fs";
import { fromJson } from "@bufbuild/protobuf";
import { readLoadProfile } from "@phoenix/catalog";
import { type LoadProfile, LoadProfileSchema } from "@phoenix/gen/phoenix/load/v1/load_profile_pb.ts";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";

/** Reads a load profile of one's own from a YAML file. Throws a usage error with line and column of all that is wrong. */
export function readProfileFile(path: string): LoadProfile {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === "ENOENT" ? "there is no such file" : String(error);
    throw new CommandError(`cannot read ${path}: ${why}`, exitCodes.usage);
  }
  const { definition, problems } = readLoadProfile(text);
  if (definition !== undefined) return fromJson(LoadProfileSchema, definition);
  const lines = problems.map(
    ({ line, column, path: at, message }) => `${path}:${line}:${column}: ${at === "" ? "" : `${at}: `}${message}`,
  );
  throw new CommandError(lines.join("\n"), exitCodes.usage);
}
