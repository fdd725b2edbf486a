import { type FileHandle, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "@phoenix/platform/logging";
import { writeFileAtomically } from "../state/index.ts";
import type { AttemptEnd, AttemptRef, BegunAttempt, JournalEntry, TaskResult } from "./journal-entry.ts";
import { formatLine, parseLine } from "./journal-line.ts";
import { condense, createRecollection, recall } from "./recollection.ts";

/** What a journal is made of. */
export type JournalOptions = {
  /** The agent's state directory; the file is `journal.log` in it. */
  directory: string;
  /** Takes a line when a file is corrupt. */
  logger: Logger;
  /** Size at which the file is compacted, in bytes; default 1 MiB. */
  maxBytes?: number;
  /** Ended tasks remembered; default 2000. */
  keepEnded?: number;
  /** Milliseconds since the Unix epoch; default the host's clock. */
  now?: () => number;
};

/** The open journal of one agent. */
export type Journal = {
  /** Where a corrupt file was put when this one was opened, or null. */
  readonly quarantined: string | null;
  /** Resolves when it is on the disk that the effect may begin. */
  begin(attempt: BegunAttempt): Promise<void>;
  /** Resolves when it is on the disk how the try ended. */
  end(attempt: AttemptRef, result: TaskResult): Promise<void>;
  /** Tries begun and not ended. */
  unfinished(): BegunAttempt[];
  /** The last end of a task. */
  ended(taskId: string): AttemptEnd | undefined;
  /** Ends not older than this, in milliseconds since the Unix epoch, oldest first. */
  endedSince(sinceMs: number): AttemptEnd[];
  /** The newest lease token written of a task; 0 for none. */
  newestLease(taskId: string): bigint;
  /** Waits for what is being written, then closes the file. Twice is fine. */
  close(): Promise<void>;
};

/**
 * Opens the journal in the state directory, compacted, making it where it is missing. A damaged file
 * is set aside and what can be read of it kept.
 * @throws the system's error when the directory cannot be read or written.
 */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const { directory, logger, maxBytes = 1 << 20, keepEnded = 2000, now = Date.now } = options;
  const path = join(directory, "journal.log");
  const { entries, corrupt } = await readEntries(path);
  const memory = createRecollection();
  for (const entry of entries) recall(memory, entry);

  let quarantined: string | null = null;
  if (corrupt) {
    quarantined = `${path}.corrupt-${now()}`;
    await rename(path, quarantined);
    logger.error(
      { path, quarantined, keptEntries: entries.length },
      "the task journal was damaged: the file was set aside, its readable lines are kept, and the controller will be asked for the rest",
    );
  }

  let file: FileHandle | null = null;
  let sizeBytes = 0;
  const compact = async (): Promise<void> => {
    const text = condense(memory, keepEnded).map(formatLine).join("");
    await writeFileAtomically(path, text);
    await file?.close();
    file = await open(path, "a", 0o600);
    sizeBytes = Buffer.byteLength(text);
  };
  await compact();
  let floorBytes = sizeBytes;

  let writing: Promise<void> = Promise.resolve();
  const append = (entry: JournalEntry): Promise<void> => {
    const write = writing.then(async () => {
      if (file === null) throw new Error("the journal is closed");
      const line = formatLine(entry);
      try {
        await file.appendFile(line);
        await file.datasync();
      } catch (error) {
        // Half a line, left by a full disk, would spoil the next one.
        await file.truncate(sizeBytes);
        throw error;
      }
      recall(memory, entry);
      sizeBytes += Buffer.byteLength(line);
      // Twice the floor: a journal full of tries in work must not be rewritten at each line.
      if (sizeBytes > Math.max(maxBytes, 2 * floorBytes)) {
        await compact();
        floorBytes = sizeBytes;
      }
    });
    // A failed write is its caller's to hear of; the next one is tried all the same.
    writing = write.catch(() => undefined);
    return write;
  };

  return {
    quarantined,
    begin: (attempt) => append({ phase: "begin", ...attempt }),
    end: ({ taskId, attempt, leaseToken }, result) =>
      append({ phase: "end", taskId, attempt, leaseToken, result, endedAtMs: now() }),
    unfinished: () => [...memory.begun.values()],
    ended: (taskId) => memory.ended.get(taskId),
    endedSince: (sinceMs) => [...memory.ended.values()].filter((ended) => ended.endedAtMs >= sinceMs),
    newestLease: (taskId) => memory.newestLease.get(taskId) ?? 0n,
    async close() {
      await writing;
      await file?.close();
      file = null;
    },
  };
}

/**
 * The entries that can be read. A bad last line is what a crash in the middle of
 * a write leaves and means nothing; a bad line before that is damage.
 */
async function readEntries(path: string): Promise<{ entries: JournalEntry[]; corrupt: boolean }> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { entries: [], corrupt: false };
    throw error;
  }
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  const entries: JournalEntry[] = [];
  let corrupt = false;
  for (const [index, line] of lines.entries()) {
    const entry = parseLine(line);
    if (entry !== null) entries.push(entry);
    else if (index < lines.length - 1) corrupt = true;
  }
  return { entries, corrupt };
}
