import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { writeWhole } from "../output/write-answer.ts";

/** Writes each object of a YAML stream into a file of its own, named after its kind; gives the paths. Throws a usage CommandError. */
export async function writeManifests(folder: string, yaml: string): Promise<string[]> {
  await mkdir(folder, { recursive: true }).catch((error: Error) => {
    throw new CommandError(`${folder} cannot be made: ${error.message}`, exitCodes.usage, { cause: error });
  });
  // A configuration inside is indented, so three hyphens at the start of a line are always the stream's.
  const [head = "", ...documents] = yaml.split(/^---\n/m);
  const paths: string[] = [];
  for (const document of documents) {
    const kind = /^kind: (\w+)$/m.exec(document)?.[1];
    if (kind === undefined) throw new Error("the server's manifests have an object without a kind");
    const path = join(folder, `${kind.toLowerCase()}.yaml`);
    await writeWhole(path, (partial) => writeFile(partial, head + document));
    paths.push(path);
  }
  return paths;
}
