import { Estimator } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { ExperimentPhase } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { expect } from "chai";
import type { Page } from "playwright-core";
import { desktop, phone, type WatchedPage } from "./browser.ts";
import { type ConsoleSite, createConsoleSite, logInForTheFirstTime, seriousFindings } from "./console-site.ts";

const load = `name: mine
description: Few.
default_processes: 6
anchors: [postgres, nginx]
others: [worker]
`;

describe("the wizard of an experiment", function () {
  this.timeout(300_000);
  let console_: ConsoleSite;
  let watched: WatchedPage;
  let page: Page;

  before(async () => {
    console_ = await createConsoleSite();
    await logInForTheFirstTime(console_.site);
    await console_.site.startAgent("web-1");
    watched = await console_.open(
      "/experiments/new?baseline=process-baseline-v1&candidate=process-priority-filter-v1&host=web-1",
    );
    page = watched.page;
    await console_.logIn(page);
    await page.getByRole("heading", { name: "New experiment" }).waitFor();
  });
  after(() => console_?.close());
  afterEach(() => {
    expect(watched.complaints.splice(0), "errors on the console").to.deep.equal([]);
  });

  const next = () => page.getByRole("button", { name: "Next" });
  /** Replaces what the editor holds as a person would: in one go. */
  const write = async (text: string): Promise<void> => {
    const editor = page.getByRole("textbox", { name: "The load profile as YAML" });
    await editor.press("ControlOrMeta+a");
    await editor.press("Delete");
    await page.keyboard.insertText(text);
  };
  const choose = async (label: string, option: string): Promise<void> => {
    await page.getByRole("combobox", { name: label }).click();
    await page.getByRole("option", { name: option }).click();
  };

  it("takes a load of one's own, says where it is wrong, and goes on only once it can be run", async () => {
    await next().click();
    await next().click();
    await choose("Load profile", "one of my own, as YAML");
    await page.getByTestId("own-load-ok").getByText("mine, 20 processes").waitFor();
    await write(load.replace("default_processes: 6", "default_processes: many\ncpu_ratio: 9"));
    const wrong = page.getByRole("alert", { name: "What is wrong with the load profile" });
    await wrong.getByText(/^Line 3, column 1: default_processes/).waitFor();
    await wrong.getByText("Line 4, column 1: cpu_ratio: must be a number from 0 to 4").waitFor();
    expect(await next().isDisabled()).to.equal(true);
    expect(await seriousFindings(page)).to.deep.equal([]);
    await page.setViewportSize(phone);
    expect(await page.evaluate<number>("document.documentElement.scrollWidth - window.innerWidth")).to.be.at.most(0);
    await page.setViewportSize(desktop);
    await write(load);
    await page.getByTestId("own-load-ok").getByText("mine, 6 processes").waitFor();
    await next().click();
  });

  it("tries must-keep expressions on the names of that load", async () => {
    await page.getByLabel("Expressions, one a line").fill("work.*\npostgres");
    await page.getByTestId("must-keep-match").getByText("matches 1").nth(1).waitFor();
    await next().click();
  });

  it("takes what a terminal can give, forecasts, and writes it down as it was chosen", async () => {
    await choose("What is decided about", "All hosts together");
    await page.getByLabel("Over after").fill("3");
    await page.getByLabel("A/A period before it").fill("0");
    await page.getByLabel("Growth of the collector allowed").fill("25");
    await page.getByLabel("Name", { exact: true }).fill("of my own");
    expect(await seriousFindings(page)).to.deep.equal([]);
    await next().click();
    await page.getByTestId("check-ok").getByText("3 m").waitFor();
    await page.getByText("mine, one of your own").waitFor();
    await page.getByRole("region", { name: "Forecast" }).getByText("process-priority-filter-v1").waitFor();
    await page.getByRole("button", { name: "Write it down", exact: true }).click();
    await page.waitForURL(/\/experiments\/exp-/);
    await page.getByRole("heading", { name: "of my own" }).waitFor();
    const experimentId = new URL(page.url()).pathname.split("/").at(-1) ?? "";
    const { experiment } = await console_.site.client.experiments.getExperiment({ experimentId });
    expect(experiment?.phase).to.equal(ExperimentPhase.PENDING);
    const { spec } = experiment ?? {};
    expect(spec?.load?.custom).to.deep.include({ name: "mine", defaultProcesses: 6 });
    expect(spec).to.include({ estimator: Estimator.FLEET_TOTAL, overheadMarginRatio: 0.25 });
    expect(spec?.maxDuration?.seconds).to.equal(180n);
    expect(spec?.calibrationDuration?.seconds).to.equal(0n);
    expect(spec?.hosts?.hosts).to.deep.equal(["web-1"]);
  });
});
