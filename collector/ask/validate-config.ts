import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { condenseWords } from "./condense-words.ts";
import { runProgram } from "./run-program.ts";

/** Accepted, or refused in the collector's own words. */
export type ConfigJudgement = { ok: true } | { ok: false; words: string };

/**
 * Asks a collector whether it accepts a configuration (`otelcol validate`); nothing is started.
 * `env` is the whole environment that `${env:...}` sees, so nothing of ours leaks into its words.
 * An Error means that it could not be asked.
 */
export async function validateConfig(
  binary: { path: string },
  yaml: string,
  env: Record<string, string>,
): Promise<ConfigJudgement> {
  const folder = await mkdtemp(join(tmpdir(), "phoenix-validate-"));
  try {
    const file = join(folder, "config.yaml");
    await writeFile(file, yaml, { mode: 0o600 });
    const result = await runProgram(binary.path, ["validate", "--config", file], { env, timeoutMs: 30_000 });
    if (result.exitCode === 0) return { ok: true };
    const words = condenseWords(result.stderr || result.stdout).replaceAll(file, "config.yaml");
    return { ok: false, words: words || `the collector ended with exit code ${result.exitCode} and said nothing` };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
