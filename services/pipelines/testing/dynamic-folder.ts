import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { delayFiles, dynamicFiles } from "@phoenix/catalog";

/** A folder of what moving filters refer to, as an agent would have written it. */
export type DynamicFolder = { path: string; remove(): Promise<void> };

/** Makes such a folder: the contents given, and those of a filter that was never moved. */
export async function makeDynamicFolder(given: Readonly<Record<string, string>>): Promise<DynamicFolder> {
  const path = await mkdtemp(join(tmpdir(), "phoenix-dynamic-"));
  const delays = Object.fromEntries(Object.keys(delayFiles).map((name) => [name, "100ms"]));
  const files: Record<string, string> = Object.assign({}, ...Object.values(dynamicFiles), delays, given);
  await Promise.all(Object.entries(files).map(([name, content]) => writeFile(join(path, name), content)));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
