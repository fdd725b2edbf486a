import { stat } from "node:fs/promises";
import { parse } from "yaml";
import { runProgram } from "./run-program.ts";

/** The kinds of component a collector is made of. */
const componentKinds = ["receivers", "processors", "exporters", "connectors", "extensions"] as const;

/** Type names of the components a binary contains, by kind, in the spelling of that binary. */
export type ComponentList = Record<(typeof componentKinds)[number], string[]>;

/** What a file contains does not change while the file does not, so each is asked once. */
const lists = new Map<string, Promise<ComponentList>>();

/** Asks a collector binary which components it contains; an Error when it does not run or its answer cannot be read. */
export async function listComponents(binary: { path: string }): Promise<ComponentList> {
  const { ino, size, mtimeMs, ctimeMs } = await stat(binary.path);
  const mark = [binary.path, ino, size, mtimeMs, ctimeMs].join(" ");
  const asked = lists.get(mark) ?? askComponents(binary);
  lists.set(mark, asked);
  try {
    return structuredClone(await asked);
  } catch (error) {
    lists.delete(mark);
    throw error;
  }
}

async function askComponents(binary: { path: string }): Promise<ComponentList> {
  const result = await runProgram(binary.path, ["components"], { env: {}, timeoutMs: 20_000 });
  if (result.exitCode !== 0) throw new Error(`does not list its components (exit code ${result.exitCode})`);
  return readComponents(result.stdout);
}

/** Reads the YAML that `otelcol components` prints. */
function readComponents(text: string): ComponentList {
  const document: unknown = parse(text);
  const list = { receivers: [], processors: [], exporters: [], connectors: [], extensions: [] } as ComponentList;
  if (typeof document !== "object" || document === null)
    throw new Error("prints a component list that is not a YAML mapping");
  for (const kind of componentKinds) {
    const entries = (document as Record<string, unknown>)[kind];
    if (!Array.isArray(entries)) continue;
    for (const entry of entries) if (typeof entry?.name === "string") list[kind].push(entry.name);
  }
  return list;
}
