/**
 * `node tools/web-pictures.ts <folder> [filter]`: a picture of every page of the
 * console, at 1440 and 390 px, light and dark, with a real experiment that was
 * judged. For people who look at what they changed.
 */
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { ExperimentPhase } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { startMainJob, waitForPhase } from "@phoenix/test/acceptance/main-job.ts";
import { createSite } from "@phoenix/test/harness/site.ts";
import { desktop, phone, startBrowser, watchPage } from "@phoenix/test/web/browser.ts";
import { consolePaths } from "@phoenix/test/web/console-paths.ts";

const [folder, filter = ""] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write("web-pictures: name a folder for the pictures\n");
  process.exit(2);
}
const target = resolve(folder);
mkdirSync(target, { recursive: true });

const site = await createSite();
const browser = await startBrowser();
try {
  await site.startServer();
  await site.startAgent("web-1");
  const experimentId = await startMainJob(site, "web-1", 20);
  process.stderr.write("web-pictures: waiting for a verdict (two minutes or so)\n");
  await waitForPhase(site, experimentId, ExperimentPhase.COMPLETED);
  const { deployment } = await site.client.deployments.createDeployment({
    name: "web servers",
    pipeline: { name: "process-priority-filter-v1" },
    selector: { hosts: ["web-1"] },
  });
  const { loadSimulation } = await site.client.loads.startLoadSimulation({
    hosts: { hosts: ["web-1"] },
    load: { case: "profile", value: "realistic" },
    processes: 10,
  });
  const paths = consolePaths({
    experimentId,
    hostId: await site.waitForHost("web-1"),
    deploymentId: deployment?.deploymentId ?? "",
    loadSimulationId: loadSimulation?.loadSimulationId ?? "",
  });
  for (const viewport of [desktop, phone]) {
    for (const colorScheme of ["light", "dark"] as const) {
      const context = await browser.newContext({ viewport, colorScheme, baseURL: site.apiUrl });
      const { page, complaints } = await watchPage(context);
      for (const path of paths.filter((one) => one.includes(filter))) {
        await page.goto(path);
        await page.getByRole("heading", { level: 1 }).waitFor();
        await page.locator('[aria-label="Loading"]').first().waitFor({ state: "detached" });
        await page.locator('[data-testid="live-state"][data-state="live"]').waitFor();
        const name = path
          .replace(experimentId, "experiment")
          .replaceAll(/[^a-z0-9]+/gi, "-")
          .replaceAll(/^-|-$/g, "");
        const file = join(target, `${name || "overview"}-${viewport.width}-${colorScheme}.png`);
        await page.screenshot({ path: file, fullPage: true });
        for (const complaint of complaints.splice(0)) process.stderr.write(`web-pictures: ${path}: ${complaint}\n`);
      }
      await context.close();
    }
  }
} finally {
  await browser.close();
  await site.close();
}
process.stdout.write(`web-pictures: written to ${target}\n`);
