import { writeJsonFile } from "../state/index.ts";
import { readText } from "./read-text.ts";

/** One configuration that did not work on this host. */
type FailedConfig = {
  configDigest: string;
  /** Version of the collector that it did not work with. */
  collectorVersion: string;
  /** The collector's own words. */
  words: string;
  /** When, in milliseconds since the epoch. */
  failedAtMs: number;
};

/** The configurations that did not work on this host, on disk. */
export interface FailedConfigs {
  /** The failure that still counts at `nowMs`, undefined when there is none. */
  find(configDigest: string, nowMs: number): FailedConfig | undefined;
  /** Remembers a failure. */
  add(failed: Omit<FailedConfig, "collectorVersion">): Promise<void>;
  /** Forgets one, because the configuration worked. */
  forget(configDigest: string): Promise<void>;
}

/** How long a failure keeps a configuration away: long enough to break a loop, short enough for a repaired host. */
export const failureCountsForMs = 10 * 60_000;
const mostRemembered = 200;

/**
 * Opens the memory of failed configurations. A failure counts for ten minutes and for one collector
 * version; an unreadable file is an empty memory, as forgetting only costs another try.
 */
export async function openFailedConfigs(path: string, collectorVersion: string): Promise<FailedConfigs> {
  let entries = parseEntries(await readText(path));
  let saved = Promise.resolve();
  const save = (): Promise<void> => {
    const write = (): Promise<void> => writeJsonFile(path, entries);
    // After the write before, however that went: its own caller hears of a failure.
    saved = saved.then(write, write);
    return saved;
  };
  return {
    find(configDigest, nowMs) {
      return entries.find(
        (entry) =>
          entry.configDigest === configDigest &&
          entry.collectorVersion === collectorVersion &&
          // Both ways: a clock that was set back must not prolong it.
          Math.abs(nowMs - entry.failedAtMs) < failureCountsForMs,
      );
    },
    async add(failed) {
      entries = [
        ...entries.filter((entry) => entry.configDigest !== failed.configDigest),
        { ...failed, collectorVersion },
      ];
      entries = entries.slice(-mostRemembered);
      await save();
    },
    async forget(configDigest) {
      const kept = entries.filter((entry) => entry.configDigest !== configDigest);
      if (kept.length === entries.length) return;
      entries = kept;
      await save();
    },
  };
}

function parseEntries(text: string | null): FailedConfig[] {
  if (text === null) return [];
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch (error) {
    // A damaged memory is an empty one, see above.
    if (!(error instanceof SyntaxError)) throw error;
  }
  return Array.isArray(read) ? read.filter(isFailedConfig) : [];
}

function isFailedConfig(entry: unknown): entry is FailedConfig {
  const { configDigest, collectorVersion, words, failedAtMs } = (entry ?? {}) as Record<string, unknown>;
  return (
    typeof configDigest === "string" &&
    typeof collectorVersion === "string" &&
    typeof words === "string" &&
    typeof failedAtMs === "number"
  );
}
