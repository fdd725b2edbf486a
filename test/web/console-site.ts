import { AxeBuilder } from "@axe-core/playwright";
import { createPhoenixClient } from "@phoenix/cli/client";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { eventually } from "../harness/eventually.ts";
import { createSite, type Site } from "../harness/site.ts";
import { desktop, startBrowser, type WatchedPage, watchPage } from "./browser.ts";

/** A server that asks for a login, a browser, and the first administrator's own password. */
export type ConsoleSite = {
  site: Site;
  browser: Browser;
  /** Opens a page in a browser context of its own, nobody logged in. */
  open(path: string, options?: ContextOptions): Promise<WatchedPage>;
  /** Logs in on whatever page asks for it. */
  logIn(page: Page, password?: string, name?: string): Promise<void>;
  close(): Promise<void>;
};

/** How a page is looked at. */
export type ContextOptions = {
  viewport?: { width: number; height: number };
  colorScheme?: "light" | "dark";
};

/** Name and password of the administrator, once the first password was changed. */
export const administrator = { name: "admin", password: "a password of one's own" };

/** How long a page may take to show what is waited for, on a busy machine, in ms. */
export const patienceMs = 60_000;

/** Starts a server that nobody is logged in to, with what more it is told, and a browser. */
export async function createConsoleSite(serverArgs: string[] = []): Promise<ConsoleSite> {
  const site = await createSite({ login: true });
  const contexts: BrowserContext[] = [];
  let browser: Browser | undefined;
  try {
    browser = await startBrowser();
    await site.startServer(serverArgs);
  } catch (error) {
    await browser?.close();
    await site.close();
    throw error;
  }
  const started = browser;
  return {
    site,
    browser: started,
    async open(path, { viewport = desktop, colorScheme = "light" } = {}) {
      const context = await started.newContext({ viewport, colorScheme, baseURL: site.apiUrl });
      contexts.push(context);
      const watched = await watchPage(context);
      watched.page.setDefaultTimeout(patienceMs);
      await watched.page.goto(path);
      return watched;
    },
    async logIn(page, password = administrator.password, name = administrator.name) {
      await page.getByLabel("Name").fill(name);
      await page.getByRole("textbox", { name: "Password" }).fill(password);
      await page.getByRole("button", { name: "Log in" }).click();
    },
    async close() {
      await Promise.all(contexts.map((context) => context.close()));
      await started.close();
      await site.close();
    },
  };
}

/** The password that the server showed once when it started. */
export function firstPassword({ server }: Site): Promise<string> {
  return eventually("the first password", () => /password {2}(\S+)/.exec(server?.output() ?? "")?.[1]);
}

/** Has the first administrator choose a password of one's own, and gives the site's client the credential. */
export async function logInForTheFirstTime(site: Site): Promise<void> {
  const given = await firstPassword(site);
  const { accessToken } = await site.client.auth.login({ name: administrator.name, password: given });
  const first = createPhoenixClient(site.apiUrl, 10_000, { get: async () => accessToken });
  await first.auth.changePassword({ currentPassword: given, newPassword: administrator.password });
  await logInClient(site);
}

/** Gives the site's own client the administrator's credential. */
export async function logInClient(site: Site): Promise<void> {
  const { accessToken } = await site.client.auth.login(administrator);
  site.client = createPhoenixClient(site.apiUrl, 10_000, { get: async () => accessToken });
}

/** Waits in a page for what moves and comes to an end; what goes on for ever, like a pulse, is not waited for. */
const untilStill = `(async () => {
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  const ending = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
  await Promise.allSettled(ending.map(({ finished }) => finished));
})()`;

/** What axe finds that is serious or worse, a line each. */
export async function seriousFindings(page: Page): Promise<string[]> {
  // What is fading in is paler than it will be.
  await page.evaluate(untilStill);
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"])
    .analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${help} at ${target.join(" ")}: ${failureSummary}`),
    );
}
