import { readFile } from "node:fs/promises";

/** Reads a text file; null when it is not there. */
export async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    // Not written yet, or removed: both mean that there is none.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
