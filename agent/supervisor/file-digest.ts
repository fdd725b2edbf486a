import { readFile, stat } from "node:fs/promises";
import { configDigest, maxConfigBytes } from "../configs/index.ts";

/** Gives the digest of a file; null when there is none, or none that could be a configuration. */
export type FileDigest = () => Promise<string | null>;

/** Creates a reader that reads the content only when something about the file changed since it did so last. */
export function createFileDigest(path: string): FileDigest {
  let known: { mark: string; digest: string } | null = null;
  return async () => {
    try {
      const file = await stat(path, { bigint: true });
      if (!file.isFile() || file.size > maxConfigBytes) return null;
      // The time of the last change of the inode cannot be set back.
      const mark = [file.ino, file.size, file.mtimeNs, file.ctimeNs].join(" ");
      if (known?.mark !== mark) known = { mark, digest: configDigest(await readFile(path, "utf8")) };
      return known.digest;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
      throw error;
    }
  };
}
