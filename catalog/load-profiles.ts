import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { LoadProfileDefinition } from "./load-profile-definition.ts";
import { readLoadProfile } from "./read-load-profile.ts";

const loadsFolder = join(import.meta.dirname, "loads");

/** Reads every load profile that ships with Phoenix, by name; an Error names the file, the line and what is wrong there. */
export async function readShippedLoadProfiles(folder = loadsFolder): Promise<LoadProfileDefinition[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith(".yaml"));
  return await Promise.all(files.sort().map((file) => readProfile(join(folder, file), file.slice(0, -".yaml".length))));
}

async function readProfile(path: string, name: string): Promise<LoadProfileDefinition> {
  const { definition, problems } = readLoadProfile(await readFile(path, "utf8"));
  if (definition === undefined) {
    const lines = problems.map(
      ({ path: at, line, column, message }) => `${path}:${line}:${column}: ${at === "" ? "" : `${at}: `}${message}`,
    );
    throw new Error(lines.join("\n"));
  }
  if (definition.name !== name)
    throw new Error(`${path}: the load profile is called ${definition.name}, its file ${name}`);
  return definition;
}
