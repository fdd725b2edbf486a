import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join } from "node:path";

/** A body that may be sent. */
type Body = { bytes: Buffer; etag: string };

/** A file of the console. */
export type ConsoleFile = {
  type: string;
  /** Its name says its content, so that it never changes. */
  immutable: boolean;
  identity: Body;
  br: Body | undefined;
  gzip: Body | undefined;
};

/** The files of a build by the path they are asked for with. */
export type ConsoleFiles = ReadonlyMap<string, ConsoleFile>;

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
  ".json": "application/json",
  ".txt": "text/plain; charset=utf-8",
};

/** The same build as before is not read again. */
type Known = { stamp: string; own: ConsoleFiles; files: ConsoleFiles };

/**
 * Gives the files of the build in a folder, read anew after another build;
 * undefined where there is none. What the build before had under hashed names is
 * there too: a page that is open still asks for it.
 */
export function createConsoleFiles(folder: string): () => ConsoleFiles | undefined {
  let known: Known | undefined;
  return () => {
    const index = statSync(join(folder, "index.html"), { throwIfNoEntry: false });
    if (index === undefined) return undefined;
    const stamp = `${index.ino} ${index.mtimeMs}`;
    if (known?.stamp !== stamp) {
      const own = readFolder(folder);
      const before = [...(known?.own ?? [])].filter(([, { immutable }]) => immutable);
      known = { stamp, own, files: new Map([...before, ...own]) };
    }
    return known.files;
  };
}

function readFolder(folder: string): ConsoleFiles {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length).replaceAll("\\", "/"));
  const there = new Set(paths);
  return new Map(
    paths
      .filter((path) => types[extname(path)] !== undefined)
      .map((path): [string, ConsoleFile] => {
        const packed = (suffix: string) => (there.has(path + suffix) ? readBody(folder, path + suffix) : undefined);
        const type = types[extname(path)] ?? "application/octet-stream";
        const immutable = path.startsWith("/assets/");
        return [path, { type, immutable, identity: readBody(folder, path), br: packed(".br"), gzip: packed(".gz") }];
      }),
  );
}

function readBody(folder: string, path: string): Body {
  const bytes = readFileSync(join(folder, path));
  return { bytes, etag: `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"` };
}
