import { expect } from "chai";
import type { Browser, Page } from "playwright-core";
import { startMainJob, waitForBlocks } from "../acceptance/main-job.ts";
import { createSite, type Site } from "../harness/site.ts";
import { desktop, phone, startBrowser, watchPage } from "./browser.ts";
import { consolePaths } from "./console-paths.ts";
import { patienceMs, seriousFindings } from "./console-site.ts";

describe("every page of the console", function () {
  this.timeout(900_000);
  let site: Site;
  let browser: Browser | undefined;
  let paths: string[];

  before(async () => {
    site = await createSite();
    await site.startServer();
    await site.startAgent("web-1");
    const experimentId = await startMainJob(site, "web-1", 20);
    await waitForBlocks(site, experimentId, 2);
    paths = consolePaths({ experimentId, hostId: await site.waitForHost("web-1") });
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    await site?.close();
  });

  for (const colorScheme of ["light", "dark"] as const) {
    it(`has no serious finding of axe, no error and no breach of the policy, ${colorScheme}`, async () => {
      const found = await onEachPage({ viewport: desktop, colorScheme }, seriousFindings);
      expect(found).to.deep.equal([]);
    });
  }

  it("fits a phone without scrolling sideways", async () => {
    const found = await onEachPage({ viewport: phone, colorScheme: "light" }, async (page) => {
      const width = await page.evaluate<number>("document.documentElement.scrollWidth");
      return width > phone.width ? [`is ${width} px wide`] : [];
    });
    expect(found).to.deep.equal([]);
  });

  /** What `look` finds on each page once it shows what it is about, and what the page itself complains of. */
  async function onEachPage(
    how: { viewport: { width: number; height: number }; colorScheme: "light" | "dark" },
    look: (page: Page) => Promise<string[]>,
  ): Promise<string[]> {
    if (browser === undefined) throw new Error("there is no browser");
    const found: string[] = [];
    const context = await browser.newContext({ ...how, baseURL: site.apiUrl });
    const { page, complaints } = await watchPage(context);
    page.setDefaultTimeout(patienceMs);
    for (const path of paths) {
      await page.goto(path);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.locator('[aria-label="Loading"]').first().waitFor({ state: "detached" });
      found.push(
        ...(await look(page)).map((one) => `${path} ${one}`),
        ...complaints.splice(0).map((one) => `${path} ${one}`),
      );
    }
    await context.close();
    return found;
  }
});
