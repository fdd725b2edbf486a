import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** River's worker, built for this run. */
export type RiverProgram = { path: string; remove(): void };

const source = fileURLToPath(new URL("./river", import.meta.url));

/**
 * Builds the worker in `river/` with the Go on PATH; the modules come from Go's
 * own cache, or are fetched the first time. Gives undefined where there is no Go.
 * @throws Error with Go's words when it cannot be built.
 */
export async function buildRiver(env: NodeJS.ProcessEnv = process.env): Promise<RiverProgram | undefined> {
  const folder = mkdtempSync(join(tmpdir(), "phoenix-river-"));
  const path = join(folder, "river");
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    // A workspace above this folder would claim the module.
    const options = { cwd: source, env: { ...env, GOWORK: "off" } };
    await promisify(execFile)("go", ["build", "-mod=readonly", "-o", path, "."], options);
    return { path, remove };
  } catch (error) {
    remove();
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new Error(`River's worker could not be built: ${(error as { stderr?: string }).stderr || String(error)}`, {
      cause: error,
    });
  }
}
