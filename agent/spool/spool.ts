import { join } from "node:path";
import type { Observation } from "@phoenix/gen/phoenix/measurement/v1/observation_pb.ts";
import type { Logger } from "@phoenix/platform/logging";
import { openStateDirectory, readJsonFile, writeJsonFile } from "../state/index.ts";
import { listSpoolFiles, readSpoolFile, removeSpoolFile, type SpoolFile, writeSpoolFile } from "./spool-file.ts";

/** What a spool is made of. */
export type SpoolOptions = {
  /** Directory of its own; made where missing. */
  directory: string;
  /** Takes a line when observations are dropped or a file cannot be read. */
  logger: Logger;
  /** Observations kept at most; default 20,000. */
  maxObservations?: number;
  /** Bytes kept at most; default 256 MiB. */
  maxBytes?: number;
};

/** Observations on their way, under one number. */
export type SpoolBatch = { batchId: bigint; observations: Observation[] };

/** The open spool of one agent. */
export type Spool = {
  /** Resolves when the observations are on disk; they stay together, so at most 256 at a time. */
  add(observations: Observation[]): Promise<void>;
  /** The oldest observations that are not on their way, at most `limit` and about 1 MiB; null for none. */
  take(limit: number): Promise<SpoolBatch | null>;
  /** The batch is stored at the controller: forgets it. A number not on its way is ignored. */
  acknowledge(batchId: bigint): Promise<void>;
  /**
   * The controller refuses one of these batches for good. Their observations are taken again by themselves, file
   * by file with nothing else on its way; one that is refused so is dropped and counted.
   */
  refuse(batchIds: readonly bigint[]): Promise<void>;
  /** The session is over: everything on its way waits to be taken again. */
  release(): void;
  /** Observations not acknowledged. */
  waiting(): number;
  /** Observations dropped since the start: for want of room, refused, or because they could not be read. */
  dropped(): number;
  /** Those of them that the controller refused. */
  refused(): number;
  /** Waits for what is being written. Twice is fine. */
  close(): Promise<void>;
};

/** Batch numbers set aside at a time, so that numbering goes on after a crash without a write per batch. */
const reserve = 1000;
const softBatchBytes = 1 << 20;

/** Opens the spool of a directory with what an earlier agent left in it. */
export async function openSpool(options: SpoolOptions): Promise<Spool> {
  const { directory, logger, maxObservations = 20_000, maxBytes = 256 << 20 } = options;
  await openStateDirectory(directory);
  const files = await listSpoolFiles(directory);
  const counterPath = join(directory, "next-batch.json");
  let nextBatch = await readNextBatch(counterPath);
  let reservedTo = nextBatch;
  let nextFile = (files.at(-1)?.number ?? 0) + 1;
  let dropped = 0;
  let refused = 0;
  /** Files that were on their way when the controller refused something. */
  const suspects = new Set<SpoolFile>();
  const onTheirWay = new Map<bigint, SpoolFile[]>();
  let work: Promise<unknown> = Promise.resolve();

  /** One thing at a time: the list of files and the directory change together. */
  const inTurn = <T>(step: () => Promise<T>): Promise<T> => {
    const result = work.then(step);
    // The step's caller hears of its failure; the next step is tried all the same.
    work = result.catch(() => undefined);
    return result;
  };

  const forget = async (file: SpoolFile): Promise<void> => {
    const index = files.indexOf(file);
    // Out of the list at once, so that nobody takes it meanwhile.
    if (index >= 0) files.splice(index, 1);
    suspects.delete(file);
    await removeSpoolFile(directory, file);
  };

  const drop = async (file: SpoolFile, reason: string): Promise<void> => {
    await forget(file);
    dropped += file.observations;
    logger.warn({ file: file.name, observations: file.observations, droppedSoFar: dropped }, reason);
  };

  const makeRoom = async (): Promise<void> => {
    while (files.length > 1 && (sum(files, "observations") > maxObservations || sum(files, "bytes") > maxBytes)) {
      await drop(
        files[0] as SpoolFile,
        "the spool is full: the oldest observations that were not acknowledged are lost",
      );
    }
  };

  const numberBatch = async (): Promise<bigint> => {
    if (nextBatch >= reservedTo) {
      reservedTo = nextBatch + BigInt(reserve);
      await writeJsonFile(counterPath, { nextBatch: reservedTo.toString() });
    }
    return nextBatch++;
  };

  const takeBatch = async (limit: number): Promise<SpoolBatch | null> => {
    const taken = new Set([...onTheirWay.values()].flat());
    if (!taken.isDisjointFrom(suspects)) return null;
    const chosen: SpoolFile[] = [];
    const observations: Observation[] = [];
    let bytes = 0;
    for (const file of [...files]) {
      if (taken.has(file)) continue;
      const alone = suspects.has(file);
      if (alone && taken.size + chosen.length > 0) break;
      const fits = observations.length + file.observations <= limit && bytes + file.bytes <= softBatchBytes;
      if (!fits && chosen.length > 0) break;
      try {
        observations.push(...(await readSpoolFile(directory, file)));
      } catch (error) {
        await drop(file, `a file of the spool cannot be read and is left out: ${(error as Error).message}`);
        continue;
      }
      chosen.push(file);
      bytes += file.bytes;
      if (alone) break;
    }
    if (chosen.length === 0) return null;
    const batchId = await numberBatch();
    onTheirWay.set(batchId, chosen);
    return { batchId, observations };
  };

  return {
    add: (observations) =>
      inTurn(async () => {
        if (observations.length === 0) return;
        files.push(await writeSpoolFile(directory, nextFile++, observations));
        await makeRoom();
      }),
    take: (limit) => inTurn(() => takeBatch(limit)),
    acknowledge: (batchId) =>
      inTurn(async () => {
        const stored = onTheirWay.get(batchId) ?? [];
        onTheirWay.delete(batchId);
        for (const file of stored) await forget(file);
      }),
    async refuse(batchIds) {
      const sent = batchIds.flatMap((batchId) => onTheirWay.get(batchId) ?? []);
      for (const batchId of batchIds) onTheirWay.delete(batchId);
      const [only] = sent;
      if (sent.length === 1 && only !== undefined && suspects.has(only)) {
        refused += only.observations;
        await drop(only, "the controller refused these observations twice: they are lost");
        return;
      }
      for (const file of sent) suspects.add(file);
      logger.warn(
        { observations: sum(sent, "observations") },
        "the controller refuses observations; sending them one by one",
      );
    },
    release: () => onTheirWay.clear(),
    waiting: () => sum(files, "observations"),
    dropped: () => dropped,
    refused: () => refused,
    async close() {
      await work;
    },
  };
}

function sum(files: SpoolFile[], key: "observations" | "bytes"): number {
  return files.reduce((total, file) => total + file[key], 0);
}

/** A counter that is missing or damaged begins anew: numbers only have to differ within a session. */
async function readNextBatch(path: string): Promise<bigint> {
  try {
    const { nextBatch } = ((await readJsonFile(path)) ?? {}) as { nextBatch?: string };
    return typeof nextBatch === "string" && /^\d+$/.test(nextBatch) ? BigInt(nextBatch) : 1n;
  } catch (error) {
    if (error instanceof SyntaxError) return 1n;
    throw error;
  }
}
