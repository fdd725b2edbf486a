import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { delayFiles, dynamicFiles, referredDynamicFiles } from "@phoenix/catalog";
import { type CollectorBinary, type ConfigJudgement, validateConfig } from "@phoenix/collector";

/**
 * Values of the variables that an agent fills, so that a configuration can be judged without a host.
 * PHX_INTERVAL is not among them, so that the pipeline's own interval is what is judged.
 */
const placeholderEnvironment: Readonly<Record<string, string>> = {
  PHX_HOST_ID: "host",
  PHX_HOST_NAME: "host",
  PHX_VARIANT: "baseline",
  PHX_TAP_URL: "http://127.0.0.1:4318/placeholder",
  PHX_HEALTH_PORT: "13133",
  PHX_METRICS_PORT: "8888",
  PHX_MEM_LIMIT_MIB: "256",
  PHX_INITIAL_DELAY: "1s",
};

/** What the host's own variables may hold, of which only names are known here, when nothing is refused: a number or name, an address. */
const guesses = ["1", "http://127.0.0.1:1"];
const reference = /\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}/g;

/**
 * Asks the collector about a configuration as if an agent had filled it in; an Error when it cannot be asked.
 * Variables that hosts set themselves are guessed; a configuration is accepted when it is with one of the guesses.
 */
export async function judgeConfig(collector: CollectorBinary, config: string): Promise<ConfigJudgement> {
  if (referredDynamicFiles(config).length === 0) return await judge(collector, config, placeholderEnvironment);
  const folder = await mkdtemp(join(tmpdir(), "phoenix-dynamic-"));
  try {
    const files = Object.assign({}, delayFiles, ...Object.values(dynamicFiles)) as Record<string, string>;
    await Promise.all(Object.entries(files).map(([name, content]) => writeFile(join(folder, name), content)));
    return await judge(collector, config, { ...placeholderEnvironment, PHX_DYN_DIR: folder });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function judge(
  collector: CollectorBinary,
  config: string,
  known: Readonly<Record<string, string>>,
): Promise<ConfigJudgement> {
  const first = await validateConfig(collector, config, { ...known });
  const referred = new Set([...config.matchAll(reference)].map(([, name = ""]) => name));
  const unknown = [...referred].filter((name) => !(name in known) && name !== "PHX_INTERVAL");
  if (first.ok || unknown.length === 0) return first;
  for (const guess of guesses) {
    const guessed = Object.fromEntries(unknown.map((name) => [name, guess]));
    const next = await validateConfig(collector, config, { ...known, ...guessed });
    if (next.ok) return next;
  }
  return first;
}
