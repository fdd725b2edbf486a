import { expect } from "chai";
import type { Browser, Page } from "playwright-core";
import { eventually } from "../harness/eventually.ts";
import { createSite, type Site } from "../harness/site.ts";
import { startBrowser, type WatchedPage, watchPage } from "../web/browser.ts";
import { startMainJob } from "./main-job.ts";
import { holdTo } from "./measured-figures.ts";

describe("AT-P09: the console shows the results of both arms", function () {
  this.timeout(300_000);
  let site: Site;
  let browser: Browser | undefined;
  let experimentId: string;

  before(async () => {
    site = await createSite();
    await site.startServer();
    await site.startAgent("web-1");
    experimentId = await startMainJob(site, "web-1", 20);
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    await site?.close();
  });

  it("side by side, as the server has them, while it is measured and without a reload", async () => {
    if (browser === undefined) throw new Error("there is no browser");
    const { page, complaints }: WatchedPage = await watchPage(await browser.newContext());
    await page.goto(`${site.apiUrl}/experiments/${experimentId}`);
    const table = page.getByRole("region", { name: "Arms side by side" });
    await table.waitFor({ timeout: 150_000 });
    const heads = await table.getByRole("columnheader").allTextContents();
    expect(heads.join()).to.contain("process-baseline-v1").and.to.contain("process-priority-filter-v1");
    await site.client.experiments.stopExperiment({ experimentId, reason: "enough to look at" });
    const fewer = await eventually("both arms as the server has them", () => sameAsServer(page), 120_000);
    holdTo("AT-P09", "arms beside each other", heads.length - 1, ["exactly", 2]);
    holdTo("AT-P09", "fewer series than the baseline, as shown", fewer, ["least", 0.3], "%");
    holdTo("AT-P09", "errors of the page", complaints.length, ["exactly", 0]);
  });

  /** The reduction shown, once both figures are those of the server. */
  async function sameAsServer(page: Page): Promise<number | undefined> {
    const { experiment } = await site.client.experiments.getExperiment({ experimentId });
    const { measureTime, endTime, plan } = experiment ?? {};
    if (endTime === undefined) return undefined;
    const { arms } = await site.client.benchmark.calculateKpis({
      experimentId,
      ...(measureTime && { startTime: measureTime }),
      endTime,
      warmupWindows: plan?.warmupWindows ?? 0,
    });
    const row = page.getByRole("row", { name: /^Active series/ });
    const cells = (await row.getByRole("cell").allTextContents()).slice(1);
    const shown = cells.map((text) => Number(text.split(" ")[0]?.replaceAll(",", "")));
    const means = ["baseline", "candidate"].map(
      (name) => arms.find(({ variant }) => variant === name)?.activeSeriesMean,
    );
    const [baseline, candidate] = shown;
    if (baseline === undefined || candidate === undefined) return undefined;
    const same = means.every((mean, place) => mean !== undefined && Math.abs(mean - (shown[place] ?? Number.NaN)) <= 1);
    return same ? 1 - candidate / baseline : undefined;
  }
});
