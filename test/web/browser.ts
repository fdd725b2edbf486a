import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { findBrowser } from "../../cli/testing/browser.ts";

/** Width and height of what is looked at, in CSS pixels. */
export const desktop = { width: 1440, height: 900 };
/** A phone. */
export const phone = { width: 390, height: 844 };

/** A page that is watched for what must not happen on it. */
export type WatchedPage = {
  page: Page;
  /** Errors on the console, exceptions and breaches of the content security policy so far. */
  complaints: string[];
};

/**
 * Starts the Chromium of this machine.
 * @throws Error that says how to get one where there is none.
 */
export async function startBrowser(): Promise<Browser> {
  const executablePath = findBrowser();
  if (executablePath === undefined) {
    throw new Error("there is no Chromium here: install one, or name its program with PHOENIX_BROWSER");
  }
  // Chromium refuses to be root with its sandbox; anyone else keeps it.
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath, args });
}

/** Runs in the page. */
const reportViolations = `document.addEventListener("securitypolicyviolation", (event) => {
  console.error("content security policy: " + event.violatedDirective + " " + event.blockedURI + " " + event.sourceFile);
});`;

/** Opens a page whose breaches and errors are noted. */
export async function watchPage(context: BrowserContext): Promise<WatchedPage> {
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || /content security policy/i.test(message.text())) {
      complaints.push(`${message.text()} (${message.location().url})`);
    }
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.addInitScript({ content: reportViolations });
  return { page, complaints };
}
