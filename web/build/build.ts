/**
 * Builds the console: vite over index.html, the theme's variables as a style
 * sheet (theme-css), compressed copies (compress-files). Promises: the folder
 * is there whole or as it was before; no inline script or style anywhere, as
 * the gateway's content security policy asks.
 */
import { chmodSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { build } from "vite";
import { compressFiles } from "./compress-files.ts";
import { quickStart } from "./quick-start.ts";
import { slimDescriptors } from "./slim-descriptors.ts";
import { themeCss } from "./theme-css.ts";

const root = resolve(import.meta.dirname, "..");

/**
 * Which modules come together. Left to itself the bundler makes a chunk of every set of modules that the same
 * pages share: fifty requests, whose headers alone weigh as much as a sixth of the scripts.
 */
const chunkGroups = [
  { name: "early", test: /\/web\/src\/data\/early\.ts$/, priority: 3 },
  { name: "first", tags: ["$initial" as const], priority: 2 },
  {
    name: "shared",
    test: /\/(web\/src|gen|@mantine|@floating-ui|@tanstack|@connectrpc|@tabler)\//,
    minShareCount: 6,
    priority: 1,
  },
  { name: "parts", test: /\/web\/src\/(components|data|format)\//, minShareCount: 3, priority: 1 },
];

/** A built console. */
export type ConsoleBuild = {
  /** Folder that holds it. */
  folder: string;
  /** What a first visit loads with the document: scripts, gzip, in bytes. */
  initialScriptBytes: number;
};

/**
 * Builds the console into `folder` (default web/dist).
 * @throws whatever vite says; what was in the folder stays.
 */
export async function buildConsole(folder = join(root, "dist")): Promise<ConsoleBuild> {
  // Beside its place, because a rename does not leave a file system.
  const made = mkdtempSync(`${folder}.new-`);
  try {
    await build({
      root,
      configFile: false,
      logLevel: "warn",
      plugins: [slimDescriptors(), react(), themeCss(), quickStart({ run: "early", read: "shared" })],
      build: {
        outDir: made,
        emptyOutDir: true,
        manifest: "manifest.json",
        target: "es2023",
        assetsInlineLimit: 0,
        modulePreload: { polyfill: false },
        reportCompressedSize: false,
        chunkSizeWarningLimit: 1_500,
        rolldownOptions: { output: { codeSplitting: { groups: chunkGroups } } },
      },
    });
    const initialScriptBytes = weighInitialScripts(made);
    compressFiles(made);
    // A server may run as another user than the one who built.
    chmodSync(made, 0o755);
    const before = `${made}.before`;
    const replaced = move(folder, before);
    renameSync(made, folder);
    if (replaced) rmSync(before, { recursive: true, force: true });
    return { folder, initialScriptBytes };
  } catch (error) {
    rmSync(made, { recursive: true, force: true });
    throw error;
  }
}

type Chunk = { file: string; imports?: string[] };

/** Bytes, gzip, of the scripts that the page names and of all they import without being asked. */
function weighInitialScripts(folder: string): number {
  const list = join(folder, "manifest.json");
  const manifest = JSON.parse(readFileSync(list, "utf8")) as Record<string, Chunk>;
  rmSync(list);
  const page = readFileSync(join(folder, "index.html"), "utf8");
  const isNamed = (file = ""): boolean => file.endsWith(".js") && page.includes(`"/${file}"`);
  const wanted = Object.keys(manifest).filter((key) => isNamed(manifest[key]?.file));
  const files = new Set<string>();
  for (let key = wanted.pop(); key !== undefined; key = wanted.pop()) {
    const chunk = manifest[key];
    if (chunk === undefined || files.has(chunk.file)) continue;
    files.add(chunk.file);
    wanted.push(...(chunk.imports ?? []));
  }
  return [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(folder, file))).length, 0);
}

function move(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}
