import type { Deployment } from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import { expect } from "chai";
import type { Page } from "playwright-core";
import { eventually } from "../harness/eventually.ts";
import { type NamedProcess, startNamedProcess } from "../harness/named-process.ts";
import { type ConsoleSite, createConsoleSite, logInForTheFirstTime } from "../web/console-site.ts";
import { holdTo } from "./measured-figures.ts";

/** A process that both pipelines have to keep. */
const watched = "at-p08-watched";

/** Two deployments: one that keeps everything, one that keeps little. */
const wanted = [
  { name: "everything", pipeline: "process-baseline-v1", host: "web-1" },
  { name: "little", pipeline: "process-priority-filter-v1", host: "web-2" },
] as const;

describe("AT-P08: the console lists what is deployed", function () {
  this.timeout(420_000);
  let console_: ConsoleSite;
  let watchedProcess: NamedProcess | undefined;
  let page: Page;
  let complaints: string[];

  before(async function () {
    this.timeout(25 * 60_000);
    console_ = await createConsoleSite();
    await logInForTheFirstTime(console_.site);
    watchedProcess = startNamedProcess(console_.site.folder, watched);
    await console_.site.startAgents(wanted.map(({ host }) => host));
  });
  after(async () => {
    await watchedProcess?.end();
    await console_?.close();
  });

  const read = async (name: string): Promise<Deployment> => {
    const { deployment } = await console_.site.client.deployments.getDeployment({ deploymentId: name });
    if (deployment === undefined) throw new Error(`there is no deployment ${name}`);
    return deployment;
  };
  const cells = async (name: string): Promise<string[]> =>
    page
      .getByRole("row", { name: new RegExp(`^${name}`) })
      .getByRole("cell")
      .allTextContents();
  const percent = (ratio: number): string =>
    `${ratio < 0 && Math.abs(ratio) >= 0.0005 ? "−" : ""}${(Math.abs(ratio) * 100).toFixed(1)} %`;

  it("while they are rolled out, with no reload", async () => {
    ({ page, complaints } = await console_.open("/deployments"));
    await console_.logIn(page);
    await page.getByText("Nothing is deployed yet").waitFor();
    await page.evaluate("window.neverLoadedAgain = true");
    for (const { name, pipeline, host } of wanted) {
      await console_.site.client.deployments.createDeployment({
        name,
        pipeline: { name: pipeline, variables: { interval: "5s" } },
        selector: { hosts: [host] },
        strategy: { dwell: { seconds: 0n } },
        mustKeep: [watched],
      });
    }
    for (const { name, pipeline } of wanted) {
      const row = page.getByRole("row", { name: new RegExp(`^${name}`) });
      await row.getByText("Rolled out").waitFor();
      await row.getByText("1 of 1").waitFor();
      await row.getByRole("link", { name: pipeline }).waitFor();
    }
    expect(await page.evaluate("window.neverLoadedAgain")).to.equal(true);
  });

  it("with how many series each takes away and what it keeps, as the service says", async () => {
    for (const { name } of wanted) {
      const shown = await eventually(
        `the figures of ${name} in the console`,
        async () => {
          const [row, { figures }] = [await cells(name), await read(name)];
          const same = figures !== undefined && row.includes(percent(figures.reductionRatio));
          return same && row.includes(percent(figures.retentionRatio)) ? figures : undefined;
        },
        240_000,
      );
      const { reductionRatio, retentionRatio } = shown;
      holdTo(
        "AT-P08",
        `reduction shown of ${name}`,
        reductionRatio,
        name === "little" ? ["least", 0.5] : ["most", 0.1],
        "%",
      );
      holdTo("AT-P08", `retention shown of ${name}`, retentionRatio, ["exactly", 1], "%");
    }
    expect(await page.evaluate("window.neverLoadedAgain")).to.equal(true);
  });

  it("by pipeline, at an address of its own", async () => {
    await page.goto("/deployments?pipeline=process-priority-filter-v1");
    await page.getByRole("row", { name: /^little/ }).waitFor();
    expect(await page.getByRole("row", { name: /^everything/ }).count()).to.equal(0);
  });

  it("without an error in the browser", () => {
    expect(complaints).to.deep.equal([]);
  });
});
