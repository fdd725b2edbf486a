import { readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { configDigest, makeFolder, readText, removeDurably, syncFolder } from "../configs/index.ts";
import { writeFileAtomically, writeJsonFile } from "../state/index.ts";
import { type CollectorSpec, findFault, isCollectorId } from "./collector-spec.ts";
import { createFileDigest } from "./file-digest.ts";
import { type ProcessRecord, parseProcessRecord } from "./process-record.ts";

/** A spec with the text of its configuration. */
export type Wanted = { spec: CollectorSpec; text: string };

/** Which of a collector's kept configurations: the last that worked, and the one that worked before it. */
type Kept = "last-good" | "previous-good";

/**
 * What is on disk about one collector: spec.json and config.yaml (wanted), last-good.* and
 * previous-good.* (known to work), process.json (what was launched), collector.log. A folder without
 * spec.json belongs to a collector that is being removed.
 */
export interface CollectorFolder {
  readonly path: string;
  readonly configFile: string;
  readonly logFile: string;
  /** The wanted spec with its text; null when there is none, or when it is not whole. */
  readWanted(): Promise<Wanted | null>;
  /** True when the configuration on disk is the one with this digest, and not what somebody made of it. */
  holds(digest: string): Promise<boolean>;
  /** True when a spec is there, whole or not. */
  hasWanted(): Promise<boolean>;
  writeWanted(wanted: Wanted): Promise<void>;
  /** Replaces the spec alone; its digest must not change. */
  writeSpec(spec: CollectorSpec): Promise<void>;
  clearWanted(): Promise<void>;
  readKept(kept: Kept): Promise<Wanted | null>;
  writeKept(kept: Kept, wanted: Wanted): Promise<void>;
  clearKept(kept: Kept): Promise<void>;
  readProcess(): Promise<ProcessRecord | null>;
  writeProcess(record: ProcessRecord): Promise<void>;
  clearProcess(): Promise<void>;
  /** Removes everything. */
  remove(): Promise<void>;
}

/** Opens the folder of one collector under `collectorsPath`; it is made by the first writeWanted. */
export function openCollectorFolder(collectorsPath: string, collectorId: string): CollectorFolder {
  const path = join(collectorsPath, collectorId);
  const at = (name: string): string => join(path, name);
  const digestOnDisk = createFileDigest(at("config.yaml"));

  const readPair = async (specFile: string, textFile: string): Promise<Wanted | null> => {
    const [spec, text] = await Promise.all([readText(at(specFile)), readText(at(textFile))]);
    const parsed = spec === null ? null : parseSpec(spec);
    if (parsed === null || text === null || parsed.collectorId !== collectorId) return null;
    // The two files are written one after the other; only the digest says that they belong together.
    return configDigest(text) === parsed.configDigest ? { spec: parsed, text } : null;
  };
  const writePair = async (specFile: string, textFile: string, wanted: Wanted): Promise<void> => {
    await makeFolder(path);
    await writeFileAtomically(at(textFile), wanted.text);
    await writeJsonFile(at(specFile), wanted.spec);
  };

  return {
    path,
    configFile: at("config.yaml"),
    logFile: at("collector.log"),
    readWanted: () => readPair("spec.json", "config.yaml"),
    holds: async (digest) => (await digestOnDisk()) === digest,
    hasWanted: async () => (await readText(at("spec.json"))) !== null,
    writeWanted: (wanted) => writePair("spec.json", "config.yaml", wanted),
    writeSpec: (spec) => writeJsonFile(at("spec.json"), spec),
    clearWanted: () => ifThere(path, () => removeDurably(at("spec.json"))),
    readKept: (kept) => readPair(`${kept}.json`, `${kept}.yaml`),
    writeKept: (kept, wanted) => writePair(`${kept}.json`, `${kept}.yaml`, wanted),
    clearKept: (kept) => ifThere(path, () => removeDurably(at(`${kept}.json`))),
    async readProcess() {
      const text = await readText(at("process.json"));
      return text === null ? null : parseProcessRecord(text);
    },
    writeProcess: (record) => writeJsonFile(at("process.json"), record),
    clearProcess: () => ifThere(path, () => removeDurably(at("process.json"))),
    async remove() {
      await rm(path, { recursive: true, force: true });
      await syncFolder(dirname(path));
    },
  };
}

/** Names of the collectors that have a folder. */
export async function listCollectorFolders(collectorsPath: string): Promise<string[]> {
  await makeFolder(collectorsPath);
  const entries = await readdir(collectorsPath, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory() && isCollectorId(entry.name)).map((entry) => entry.name);
}

function parseSpec(text: string): CollectorSpec | null {
  let read: Partial<CollectorSpec> | null;
  try {
    read = JSON.parse(text);
  } catch (error) {
    // Damaged; the caller goes on with what is known to work.
    if (!(error instanceof SyntaxError)) throw error;
    return null;
  }
  const spec: CollectorSpec = {
    collectorId: String(read?.collectorId),
    configDigest: String(read?.configDigest),
    pipeline: String(read?.pipeline ?? ""),
    variant: String(read?.variant ?? ""),
    experimentId: String(read?.experimentId ?? ""),
    memoryLimitMib: Number(read?.memoryLimitMib),
    windowMs: Number(read?.windowMs),
    // A spec without one keeps the configuration's own.
    scrapeIntervalMs: Number(read?.scrapeIntervalMs ?? 0),
    tapUrl: String(read?.tapUrl),
    mustKeep: Array.isArray(read?.mustKeep) ? read.mustKeep.map(String) : [],
  };
  return findFault(spec) === undefined ? spec : null;
}

async function ifThere(path: string, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    // Without the folder there is nothing to remove in it.
    if ((error as NodeJS.ErrnoException).code !== "ENOENT")
      throw new Error(`${path} cannot be changed`, { cause: error });
  }
}
