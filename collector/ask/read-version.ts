import { formatVersion, parseVersion } from "../version.ts";
import { runProgram } from "./run-program.ts";

/** Asks a collector binary for its version, "0.160.0"; an Error when it does not run or does not say. */
export async function readVersion(path: string): Promise<string> {
  const result = await runProgram(path, ["--version"], { env: {}, timeoutMs: 20_000 });
  const version = result.exitCode === 0 ? parseVersion(result.stdout) : undefined;
  if (!version) {
    const words = (result.stderr || result.stdout).trim().split("\n")[0] ?? "";
    throw new Error(
      `does not say its version when asked with --version (exit code ${result.exitCode}: ${words.slice(0, 200)})`,
    );
  }
  return formatVersion(version);
}
