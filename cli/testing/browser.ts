import { execFile } from "node:child_process";
import { accessSync, constants, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome-headless-shell"];

/**
 * A Chromium on this machine: the one PHOENIX_BROWSER names, else the first on
 * PATH; undefined where there is none. Throws when PHOENIX_BROWSER names none.
 */
export function findBrowser(env: NodeJS.ProcessEnv = process.env): string | undefined {
  if (env.PHOENIX_BROWSER) {
    accessSync(env.PHOENIX_BROWSER, constants.X_OK);
    return env.PHOENIX_BROWSER;
  }
  const paths = names.flatMap((name) => (env.PATH ?? "").split(delimiter).map((folder) => join(folder, name)));
  return paths.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false; // not this one
    }
  });
}

/** Opens a page in a browser of its own: the document as it is after loading, and every path it asked the server for. */
export async function openPage(browser: string, page: string): Promise<{ document: string; requests: string[] }> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? "");
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end(request.url === "/" ? page : "");
  });
  const profile = mkdtempSync(join(tmpdir(), "phoenix-browser-"));
  try {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const flags = ["--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking"];
    // Chromium refuses to be root with its sandbox; anyone else keeps it.
    if (process.getuid?.() === 0) flags.push("--no-sandbox");
    const { stdout } = await promisify(execFile)(
      browser,
      [...flags, `--user-data-dir=${profile}`, "--dump-dom", `http://127.0.0.1:${port}/`],
      { maxBuffer: 64 * 1024 * 1024, timeout: 60_000 },
    );
    return { document: stdout, requests };
  } finally {
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
