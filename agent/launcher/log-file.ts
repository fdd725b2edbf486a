import { copyFile, open, truncate } from "node:fs/promises";

/** The growing log of a running program. */
export interface LogFile {
  /** Lines written since the last call, whole ones only; cuts the file when it is over its cap. */
  readNewLines(): Promise<string[]>;
  /** The last `bytes` of what the running program wrote; empty when it wrote nothing. */
  readTail(bytes: number): Promise<string>;
}

const chunkBytes = 64 * 1024;
const longestLineBytes = 8 * 1024;

/**
 * Follows a file that a program appends to. At `capBytes` what was read becomes `<path>.1` and the
 * file starts anew in place, as the program keeps it open: on disk it takes at most twice the cap and
 * what arrives between two reads.
 */
export function createLogFile(path: string, options: { capBytes: number; fromEnd?: boolean }): LogFile {
  let offset = options.fromEnd ? undefined : 0;
  let partial = "";

  const take = (text: string): string[] => {
    const lines = (partial + text).split("\n");
    partial = (lines.pop() ?? "").slice(0, longestLineBytes);
    return lines.map((line) => line.slice(0, longestLineBytes)).filter((line) => line !== "");
  };

  return {
    async readNewLines() {
      const file = await openIfThere(path);
      if (file === null) return [];
      try {
        const { size } = await file.stat();
        offset ??= size;
        // Shorter than what was read: a new program writes a new file.
        if (size < offset) offset = 0;
        // A flood is skipped, not read into memory.
        if (size - offset > options.capBytes) offset = size - options.capBytes;
        const lines: string[] = [];
        while (offset < size) {
          const { bytesRead, buffer } = await file.read(
            Buffer.alloc(Math.min(chunkBytes, size - offset)),
            0,
            null,
            offset,
          );
          if (bytesRead === 0) break;
          offset += bytesRead;
          lines.push(...take(buffer.toString("utf8", 0, bytesRead)));
        }
        if (size > options.capBytes) {
          await copyFile(path, `${path}.1`);
          await truncate(path, 0);
          offset = 0;
        }
        return lines;
      } finally {
        await file.close();
      }
    },
    async readTail(bytes) {
      const file = await openIfThere(path);
      if (file === null) return "";
      try {
        const { size } = await file.stat();
        const buffer = Buffer.alloc(Math.min(bytes, size));
        const { bytesRead } = await file.read(buffer, 0, buffer.length, size - buffer.length);
        return buffer.toString("utf8", 0, bytesRead);
      } finally {
        await file.close();
      }
    },
  };
}

async function openIfThere(path: string): Promise<Awaited<ReturnType<typeof open>> | null> {
  try {
    return await open(path, "r");
  } catch (error) {
    // Removed with its collector, or not written yet.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
