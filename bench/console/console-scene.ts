import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDatabase, type Database, startEmbeddedDatabase } from "@phoenix/platform/database";
import { createLogger } from "@phoenix/platform/logging";
import { desktop, type WatchedPage } from "@phoenix/test/web/browser.ts";
import { administrator, createConsoleSite, logInForTheFirstTime, patienceMs } from "@phoenix/test/web/console-site.ts";
import { patternSpec } from "../api/seed.ts";
import { watchSource } from "./page-watch.ts";
import { seedConsole } from "./seed-console.ts";

/** A page of a browser. */
export type Page = WatchedPage["page"];

/** How a page is opened. */
export type Opening = {
  /** Without a session the login is shown. */
  loggedIn: boolean;
  /** The processor is made so many times slower. */
  slowdown: number;
  /** As a first visit, every time: nothing is kept. */
  cold?: boolean;
  /** What the browser says it can unpack; all it can where it is left out. */
  encoding?: "gzip";
};

/** A script that was sent. */
export type Sent = { path: string; bytes: number; atMs: number };

/** A page in a browser context of its own, nothing loaded yet. */
export type OpenedPage = {
  page: Page;
  /** The scripts that came so far; times in ms after the document was asked for. */
  scripts(): Sent[];
  close(): Promise<void>;
};

/** A seeded database, a server that asks for a login, a browser. */
export type ConsoleScene = {
  readonly db: Database;
  /** Version of the browser. */
  readonly browser: string;
  open(opening: Opening): Promise<OpenedPage>;
  close(): Promise<void>;
};

/** Says to the console that there may be a session in the cookie, as a login before would have. */
const markSource = `localStorage.setItem("phoenix-logged-in", "yes");`;

/** Starts everything; what it seeds is in seed-console. */
export async function createConsoleScene(): Promise<ConsoleScene> {
  const folder = mkdtempSync(join(tmpdir(), "phoenix-bench-"));
  // PostgreSQL runs as another user where we are root, and must get through to its own folder.
  chmodSync(folder, 0o711);
  const logger = createLogger({ name: "bench", level: "error" });
  const embedded = await startEmbeddedDatabase({ dataDir: join(folder, "postgres"), logger });
  const ends: (() => Promise<void>)[] = [
    async () => rmSync(folder, { recursive: true, force: true }),
    () => embedded.stop(),
  ];
  const close = async (): Promise<void> => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    const site = await createConsoleSite(["--database-url", embedded.url]);
    ends.push(() => site.close());
    const db = await createDatabase({ url: embedded.url, logger, statementTimeoutMs: 120_000 });
    ends.push(() => db.close());
    await logInForTheFirstTime(site.site);
    await seedConsole(db, async () => {
      const { experiment } = await site.site.client.experiments.createExperiment({
        name: "pattern",
        spec: patternSpec,
      });
      return experiment?.experimentId ?? "";
    });
    return {
      db,
      browser: `Chromium ${site.browser.version()}`,
      close,
      async open({ loggedIn, slowdown, cold = false, encoding }) {
        const baseURL = site.site.apiUrl;
        const context = await site.browser.newContext({
          viewport: desktop,
          baseURL,
          ...(encoding && { extraHTTPHeaders: { "accept-encoding": encoding } }),
        });
        if (loggedIn) {
          const url = "/phoenix.gateway.v1.AuthService/Login";
          const answer = await context.request.post(url, {
            data: { ...administrator, cookie: true },
            headers: { origin: baseURL },
          });
          if (!answer.ok()) throw new Error(`the login failed: ${answer.status()} ${await answer.text()}`);
          await context.addInitScript({ content: markSource });
        }
        await context.addInitScript({ content: watchSource });
        const page = await context.newPage();
        page.setDefaultTimeout(patienceMs);
        const devtools = await context.newCDPSession(page);
        const scripts = new Map<string, string>();
        const sent: Sent[] = [];
        let askedAt = 0;
        devtools.on("Network.requestWillBeSent", ({ requestId, type, timestamp, request }) => {
          if (type === "Document") askedAt = timestamp;
          if (type === "Script") scripts.set(requestId, new URL(request.url).pathname);
        });
        devtools.on("Network.loadingFinished", ({ requestId, encodedDataLength, timestamp }) => {
          const path = scripts.get(requestId);
          if (path !== undefined) sent.push({ path, bytes: encodedDataLength, atMs: (timestamp - askedAt) * 1_000 });
        });
        await devtools.send("Network.enable");
        await devtools.send("Network.setCacheDisabled", { cacheDisabled: cold });
        await devtools.send("Emulation.setCPUThrottlingRate", { rate: slowdown });
        return { page, scripts: () => [...sent], close: () => context.close() };
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
