import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FilterFiles, filesOfChoice, filesOfDelay, filesOfLevel } from "./filter-files.ts";
import { folderVariable } from "./moving-filter.ts";
import { type MovingPolicy, readMovingPolicy } from "./read-policy.ts";

/**
 * Asks something about a configuration while the files are there that it refers to, with values such as it will
 * have; `ask` is given what its environment needs besides. An Error when its policy cannot be followed.
 */
export async function withSampleFiles<T>(config: string, ask: (env: Record<string, string>) => Promise<T>): Promise<T> {
  const policy = readMovingPolicy(config);
  if (policy === null) return await ask({});
  const folder = await mkdtemp(join(tmpdir(), "phoenix-dynamic-"));
  try {
    const files = Object.entries(sampleOf(policy));
    await Promise.all(files.map(([name, content]) => writeFile(join(folder, name), content, { mode: 0o600 })));
    return await ask({ [folderVariable]: folder });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function sampleOf({ move, intervalMs }: MovingPolicy): FilterFiles {
  const files =
    move.kind === "top-k" ? filesOfChoice([{ pid: 1, name: "init" }]) : filesOfLevel(move.levels[0], intervalMs, 1);
  return { ...files, ...filesOfDelay("1000ms", "all") };
}
