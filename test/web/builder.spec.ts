import { readFile } from "node:fs/promises";
import { PipelineState } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_pb.ts";
import { expect } from "chai";
import type { Locator, Page } from "playwright-core";
import { eventually } from "../harness/eventually.ts";
import { phone, type WatchedPage } from "./browser.ts";
import {
  type ConsoleSite,
  createConsoleSite,
  logInForTheFirstTime,
  patienceMs,
  seriousFindings,
} from "./console-site.ts";

describe("the pipelines of the console", function () {
  this.timeout(300_000);
  let console_: ConsoleSite;
  let watched: WatchedPage;
  let page: Page;
  let exported = "";

  before(async () => {
    console_ = await createConsoleSite();
    await logInForTheFirstTime(console_.site);
    watched = await console_.open("/pipelines/-/builder");
    page = watched.page;
    await console_.logIn(page);
    await page.getByRole("heading", { name: "Pipeline builder" }).waitFor();
  });
  after(() => console_?.close());
  afterEach(() => {
    expect(watched.complaints.splice(0), "errors on the console").to.deep.equal([]);
  });

  const box = (words: RegExp): Locator => page.locator(".react-flow__node").filter({ hasText: words });
  const lines = (): Locator => page.locator(".react-flow__edge");
  const yaml = (): Locator => page.getByRole("textbox", { name: "YAML of the pipeline" });
  const standsStill = (): Promise<unknown> => page.getByText("at work").waitFor({ state: "detached" });
  const drop = async (title: string, at: { x: number; y: number }): Promise<void> => {
    const library = page.getByRole("region", { name: "Library" });
    await library
      .getByRole("button", { name: title })
      .dragTo(page.locator(".react-flow__pane"), { targetPosition: at });
  };
  const draw = async (from: Locator, to: Locator): Promise<void> => {
    await from.locator(".react-flow__handle.source").hover();
    await page.mouse.down();
    await to.locator(".react-flow__handle.target").hover();
    await page.mouse.up();
  };
  const exportText = async (): Promise<string> => {
    await standsStill();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Export", exact: true }).click(),
    ]);
    return readFile(await download.path(), "utf8");
  };

  const twoLines = () =>
    eventually("two lines", async () => ((await lines().count()) === 2 ? true : undefined), patienceMs);

  it("builds a pipeline by drag and drop, with lines that only go where data can go", async () => {
    await drop("Host metrics", { x: 150, y: 60 });
    await box(/host_metrics/).waitFor();
    await drop("Filter", { x: 150, y: 320 });
    await box(/filter/).waitFor();
    await draw(box(/host_metrics/), box(/filter/));
    await page.getByText("The pipeline metrics begins").waitFor();
    await twoLines();
    await box(/filter/).click();
    await page.getByRole("button", { name: "Add to Drop metrics where" }).click();
    const condition = page.getByRole("textbox", { name: "Drop metrics where, 1" });
    await condition.fill('resource.attributes["process.executable.name"] == "sleep"');
    await condition.press("Tab");
    await page.getByRole("tab", { name: "YAML" }).click();
    await yaml().getByText('== "sleep"').waitFor();
    expect(await yaml().textContent()).to.match(/metrics:\s*receivers: \[host_metrics\]\s*processors: \[filter\]/);
  });

  it("says why a line cannot be drawn", async () => {
    await drop("Pipeline of logs", { x: 400, y: 320 });
    await draw(box(/host_metrics/), box(/pipeline of logs/));
    await page.getByText("host_metrics has nothing to do with logs").waitFor();
    await twoLines();
    await box(/pipeline of logs/).click();
    await page.keyboard.press("Delete");
    await box(/pipeline of logs/).waitFor({ state: "detached" });
  });

  it("shows what the server finds on the box it concerns, and in a list that leads there", async () => {
    await box(/filter/).click();
    await page.getByRole("region", { name: "Library" }).getByRole("button", { name: "Batch" }).press("Enter");
    await box(/batch.*1 error/s).waitFor();
    const findings = page.getByRole("region", { name: "Findings" });
    await findings.getByText("reserved-name").waitFor();
    expect(await findings.getByText("not valid").count()).to.equal(1);
    await findings.getByRole("button", { name: /processors\.batch/ }).click();
    await page.locator(".react-flow__node.selected").filter({ hasText: "batch" }).waitFor();
  });

  it("undoes and does again, from the keyboard too", async () => {
    await box(/batch/).click();
    await page.keyboard.press("Delete");
    await box(/batch/).waitFor({ state: "detached" });
    await page.keyboard.press("Control+z");
    await box(/batch/).waitFor();
    await page.getByRole("button", { name: "Redo" }).click();
    await box(/batch/).waitFor({ state: "detached" });
    await twoLines();
  });

  it("takes a name, keeps what it does not know, and is the same after export and import", async () => {
    await page.locator(".react-flow__pane").click({ position: { x: 20, y: 20 } });
    await page.getByRole("tab", { name: "File" }).click();
    await page.getByRole("textbox", { name: "Name" }).fill("built-here");
    await page.keyboard.press("Tab");
    const library = page.getByRole("region", { name: "Library" });
    await library.getByPlaceholder("type or type/name").fill("redaction/mail");
    await library.getByRole("button", { name: "Add", exact: true }).click();
    await box(/redaction\/mail/).waitFor();
    await page.getByRole("tab", { name: "YAML" }).click();
    await yaml().getByText("redaction/mail").waitFor();
    exported = await exportText();
    expect(exported).to.contain("name: built-here").and.contain("redaction/mail");

    page.once("dialog", (dialog) => void dialog.accept());
    await page.getByRole("button", { name: "New", exact: true }).click();
    await page.getByRole("menuitem", { name: "A pipeline for the catalog" }).click();
    await box(/redaction/).waitFor({ state: "detached" });
    await page.locator('input[type="file"]').setInputFiles({
      ...{ name: "built-here.yaml", mimeType: "application/yaml" },
      buffer: Buffer.from(exported),
    });
    await box(/redaction\/mail/).waitFor();
    await twoLines();
    expect(await exportText()).to.equal(exported);
    // Written anew by the server from the model, not only kept as text.
    await box(/redaction\/mail/).click();
    await page.keyboard.press("Delete");
    await box(/redaction/).waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Undo" }).click();
    await box(/redaction\/mail/).waitFor();
    expect(await exportText()).to.equal(exported);
  });

  it("draws what is typed, and marks what is wrong with it", async () => {
    await box(/redaction\/mail/).click();
    await page.keyboard.press("Delete");
    await page.getByRole("tab", { name: "YAML" }).click();
    await standsStill();
    await yaml().getByText("processors: [filter]").waitFor();
    const name = (text: string): Locator => yaml().locator("span").filter({ hasText: text }).last();
    await name("filter").dblclick();
    await page.keyboard.type("filtre");
    await box(/filtre.*not defined/s).waitFor();
    await page.locator(".cm-lintRange-error").first().waitFor();
    await name("filtre").dblclick();
    await page.keyboard.type("filter");
    await box(/filtre/).waitFor({ state: "detached" });
    await page.getByRole("region", { name: "Findings" }).getByText("valid", { exact: true }).waitFor();
  });

  it("has nothing that axe finds serious", async () => {
    expect(await seriousFindings(page)).to.deep.equal([]);
  });

  it("says what would be sent by what is on the canvas, before it is saved", async () => {
    await page.getByRole("tab", { name: "Impact" }).click();
    await page.getByRole("combobox", { name: "Processes on it" }).click();
    await page.getByRole("option", { name: "high-cardinality" }).click();
    await page.locator('[data-stat="Active series"]').getByText(/[1-9]/).waitFor();
    await page.getByText("What this assumes").waitFor();
    const { pipelines } = await console_.site.client.pipelines.listPipelines({ pageSize: 500 });
    expect(pipelines.map(({ name }) => name)).not.to.contain("built-here");
  });

  it("saves a version and publishes it, which the catalog then offers", async () => {
    await page.getByRole("button", { name: "Save as a version" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Publish it at once").check();
    await dialog.getByLabel("README").fill("# Built here\n\nFor **tests** alone.");
    await dialog.getByRole("button", { name: "Save and publish" }).click();
    await dialog.getByText("Stored version 1 of built-here, published.").waitFor();
    const { pipeline } = await console_.site.client.pipelines.getPipeline({ name: "built-here" });
    expect(pipeline?.state).to.equal(PipelineState.PUBLISHED);
    expect(pipeline?.template).to.match(/== \\?"sleep/);
    await dialog.getByRole("link", { name: "built-here" }).click();
    await page.getByRole("heading", { name: "built-here", level: 1 }).waitFor();
    await page.getByRole("heading", { name: "Built here" }).waitFor();
    await page.getByRole("tab", { name: "Impact" }).click();
    await page.locator('[data-stat="Active series"]').waitFor();
  });

  it("finds a pipeline in the catalog and shows its variables and its file", async () => {
    await page.getByRole("link", { name: "Pipelines", exact: true }).first().click();
    await page.getByRole("textbox", { name: "Find" }).fill("aggregated");
    await page.getByRole("link", { name: "process-aggregated-v1" }).click();
    await page.getByRole("tab", { name: "Variables" }).click();
    await page.getByRole("region", { name: "Variables" }).getByText("interval", { exact: true }).waitFor();
    await page.getByRole("tab", { name: "YAML" }).click();
    await page.getByRole("textbox", { name: /^Pipeline file of process-aggregated-v1/ }).waitFor();
    await page.getByRole("button", { name: "Check it" }).click();
    await page.getByText("valid", { exact: true }).waitFor();
  });

  it("compares two pipelines by what they mean and by their text", async () => {
    await page.goto("/pipelines/-/compare?left=process-baseline-v1&right=process-priority-filter-v1");
    await page.getByText("processor filter/never added.").waitFor();
    await page.getByRole("textbox", { name: /^Right: process-priority-filter-v1/ }).waitFor();
    expect(await seriousFindings(page)).to.deep.equal([]);
  });

  it("deploys to the hosts one chooses, after the server checked it", async () => {
    await console_.site.startAgent("deploy-here");
    await page.goto("/pipelines/process-baseline-v1");
    await page.getByRole("button", { name: "Deploy" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Hosts", { exact: true }).first().click();
    await page.getByRole("option", { name: "deploy-here" }).click();
    await page.keyboard.press("Escape");
    await dialog.getByRole("radio", { name: "On all hosts at once" }).check();
    await dialog.getByRole("button", { name: "Check only" }).click();
    await dialog.getByText("Nothing was changed").waitFor();
    await dialog.getByRole("button", { name: "Deploy" }).click();
    await eventually(
      "the deployment to be there",
      async () => {
        const { deployments } = await console_.site.client.deployments.listDeployments({
          pipeline: "process-baseline-v1",
        });
        return deployments[0];
      },
      patienceMs,
    );
  });

  it("fits a phone in the dark, with nothing that axe finds serious", async () => {
    const { page: small, complaints } = await console_.open("/pipelines", { viewport: phone, colorScheme: "dark" });
    await console_.logIn(small);
    for (const path of ["/pipelines", "/pipelines/built-here?tab=yaml", "/pipelines/-/builder?from=built-here"]) {
      await small.goto(path);
      await small.getByRole("heading", { level: 1 }).waitFor();
      await small.getByRole("status", { name: "Loading" }).first().waitFor({ state: "detached" });
      const beyond = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
      expect(await small.evaluate<number>(beyond), path).to.equal(0);
      expect(await seriousFindings(small), path).to.deep.equal([]);
    }
    expect(complaints).to.deep.equal([]);
  });
});
