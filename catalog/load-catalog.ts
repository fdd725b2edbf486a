import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { PipelineDefinition } from "./pipeline-definition.ts";
import { readPipelineDefinition } from "./read-pipeline-definition.ts";

/** Folder of the catalog; each folder in it that holds a pipeline.yaml is a pipeline. */
export const catalogFolder = import.meta.dirname;

/** Reads every pipeline of the catalog, by name; an Error names the file, the line and what is wrong there. */
export async function loadCatalog(folder = catalogFolder): Promise<PipelineDefinition[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, "pipeline.yaml")))
    .map((entry) => entry.name);
  return await Promise.all(names.sort().map((name) => loadPipeline(folder, name)));
}

async function loadPipeline(folder: string, name: string): Promise<PipelineDefinition> {
  const file = join(folder, name, "pipeline.yaml");
  const { definition, problems } = readPipelineDefinition(await readFile(file, "utf8"));
  if (!definition) {
    const lines = problems.map(
      ({ path, line, column, message }) => `${file}:${line}:${column}: ${path ? `${path}: ` : ""}${message}`,
    );
    throw new Error(lines.join("\n"));
  }
  if (definition.name !== name)
    throw new Error(`${file}: the pipeline is called ${definition.name} but its folder ${name}`);
  return definition;
}
