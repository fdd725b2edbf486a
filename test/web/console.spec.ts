import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Experiment } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { ExperimentOutcome } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { expect } from "chai";
import type { Page } from "playwright-core";
import { eventually } from "../harness/eventually.ts";
import { runCommand } from "../harness/phoenix-command.ts";
import { type WatchedPage, watchPage } from "./browser.ts";
import {
  administrator,
  type ConsoleSite,
  createConsoleSite,
  firstPassword,
  logInClient,
  patienceMs,
} from "./console-site.ts";

const markup = `<img src=x onerror="document.title='struck'"> experiment`;

describe("the console", function () {
  this.timeout(420_000);
  let console_: ConsoleSite;
  let watched: WatchedPage;
  let page: Page;
  let experimentId = "";

  before(async () => {
    console_ = await createConsoleSite();
    watched = await console_.open("/experiments?show=completed");
    page = watched.page;
  });
  after(() => console_?.close());
  afterEach(() => {
    const said = watched.complaints.splice(0);
    expect(said, "errors on the console").to.deep.equal([]);
  });

  const experiment = async (): Promise<Experiment> => {
    const { experiment: found } = await console_.site.client.experiments.getExperiment({ experimentId });
    if (found === undefined) throw new Error("the experiment is gone");
    return found;
  };
  const hostRuns = async (): Promise<string> => {
    const { host } = await console_.site.client.fleet.getHost({ hostId: "web-1" });
    return host?.activePipeline?.runningDigest ?? "";
  };

  it("asks who it is, has the first administrator choose a password, and goes where one wanted to go", async () => {
    await page.getByRole("heading", { name: "Log in" }).waitFor();
    expect(new URL(page.url()).pathname).to.equal("/login");
    const given = await firstPassword(console_.site);
    await console_.logIn(page, given);
    await page.getByRole("textbox", { name: "Password you were given" }).fill(given);
    await page.getByRole("textbox", { name: "New password", exact: true }).fill(administrator.password);
    await page.getByRole("textbox", { name: "New password again" }).fill(administrator.password);
    await page.getByRole("button", { name: "Change the password" }).click();
    await page.getByRole("heading", { name: "Experiments" }).waitFor();
    expect(page.url()).to.contain("/experiments?show=completed");
    await logInClient(console_.site);
  });

  it("says a wrong password, and stays", async () => {
    const { page: other } = await console_.open("/");
    await console_.logIn(other, "not the password");
    await other.getByRole("alert").waitFor();
    expect(new URL(other.url()).pathname).to.equal("/login");
    await other.context().close();
  });

  it("keeps nothing of the session where a script can read it", async () => {
    const kept = await page.evaluate<string[]>(
      "[document.cookie, ...Object.values({ ...localStorage, ...sessionStorage })]",
    );
    expect(kept.join()).to.not.match(/eyJ|refresh/);
  });

  it("is live", async () => {
    await page.locator('[data-testid="live-state"][data-state="live"]').waitFor();
  });

  it("shows a host that comes while one looks, and makes an experiment with it step by step", async () => {
    await page.getByRole("link", { name: "New experiment" }).click();
    await page.getByTestId("host-match").getByText("No host").waitFor();
    await console_.site.startAgent("web-1");
    await page.getByTestId("host-match").getByText("1 host matches now: web-1").waitFor();
    await next();
    await choose("Baseline pipeline", /^process-baseline-v1/);
    await choose("Candidate pipeline", /^process-priority-filter-v1/);
    await next();
    await choose("Load profile", "realistic");
    await page.getByLabel("Processes on each host").fill("20");
    await next();
    await page.getByLabel("Expressions, one a line").fill("postgres\nnginx\n(");
    await page.getByTestId("must-keep-match").getByText("cannot be used").waitFor();
    expect(await page.getByRole("button", { name: "Next" }).isDisabled()).to.equal(true);
    await page.getByLabel("Expressions, one a line").fill("postgres\nnginx\npayment-api");
    await page.getByTestId("must-keep-match").getByText("matches 1").first().waitFor();
    await next();
    await page.getByLabel("A verdict about these hosts only will do").check();
    await page.getByLabel("Name", { exact: true }).fill(markup);
    await next();
    await page.getByTestId("check-ok").waitFor();
    await page.getByRole("region", { name: "Forecast" }).getByText("process-priority-filter-v1").waitFor();
    await page.getByRole("button", { name: "Write it down and start" }).click();
    await page.waitForURL(/\/experiments\/exp-/);
    experimentId = new URL(page.url()).pathname.split("/").at(-1) ?? "";
  });

  it("shows a name with markup as text", async () => {
    await page.getByRole("heading", { name: markup }).waitFor();
    expect(await page.locator("main img").count()).to.equal(0);
    expect(await page.title()).to.contain("onerror");
  });

  it("goes with the experiment to its verdict, and both arms stand side by side, with no reload", async () => {
    await page.evaluate("window.neverLoadedAgain = true");
    await page.locator('[data-testid="verdict"][data-decision="PROMOTE"]').waitFor({ timeout: 300_000 });
    await page.getByRole("region", { name: "Arms side by side" }).getByText("Active series").waitFor();
    const row = page.getByRole("row", { name: /^Active series/ });
    const shown = async (): Promise<number[]> =>
      (await row.getByRole("cell").allTextContents())
        .slice(1)
        .map((text) => Number(text.split(" ")[0]?.replaceAll(",", "")));
    // The last windows arrive after the verdict.
    await eventually(
      "the figures of both arms",
      async () => {
        const { arms } = await console_.site.client.benchmark.calculateKpis({ experimentId, ...(await counted()) });
        const mean = (variant: string): number => arms.find((arm) => arm.variant === variant)?.activeSeriesMean ?? 0;
        const [baseline = 0, candidate = 0] = await shown();
        const same = Math.abs(baseline - mean("baseline")) <= 1 && Math.abs(candidate - mean("candidate")) <= 1;
        return (same && baseline > candidate) || undefined;
      },
      patienceMs,
    );
    expect(await page.evaluate("window.neverLoadedAgain")).to.equal(true);
  });

  it("shows the evidence, the cost under another price book, hosts and events, each at an address of its own", async () => {
    await page.getByRole("tab", { name: "Evidence" }).click();
    await page.getByRole("img", { name: /^Fewer active series/ }).waitFor();
    await page.locator("canvas").nth(4).waitFor();
    await page.getByRole("tab", { name: "Cost" }).click();
    await choose("Price book", /Datadog Pro/);
    await page.getByText("averaged over the hours").first().waitFor();
    expect(page.url())
      .to.match(/tab=cost/)
      .and.to.match(/book=datadog/);
    await page.reload();
    expect(await page.getByRole("combobox", { name: "Price book" }).inputValue()).to.match(/Datadog Pro/);
    await page.getByRole("tab", { name: "Hosts and load" }).click();
    await page.getByRole("region", { name: "Hosts of the experiment" }).getByText("Healthy").first().waitFor();
    await page.getByRole("tab", { name: "Events" }).click();
    await page.getByText("Phase changed").first().waitFor();
  });

  it("saves the report as one page that shows the verdict, the same as the terminal makes, and a name with markup as text", async () => {
    // The last windows arrive after the verdict, maybe between the two.
    const path = await eventually(
      "the same page from both",
      async () => {
        const made = await saved("Report (HTML)");
        return readFileSync(made, "utf8") === (await compared("html")) ? made : undefined;
      },
      patienceMs,
    );
    const { page: report, complaints } = await watchPage(page.context());
    await report.goto(pathToFileURL(path).href);
    await report.getByRole("heading", { name: markup }).waitFor();
    await report.locator(".lead.PROMOTE").getByText("PROMOTE", { exact: true }).waitFor();
    expect(await report.locator("img").count()).to.equal(0);
    expect(await report.locator("svg").count()).to.be.greaterThan(5);
    expect(await report.title()).to.contain("onerror");
    expect(complaints).to.deep.equal([]);
    await report.close();
  });

  it("saves the figures as JSON, the same as the terminal compares", async () => {
    const read = async () => JSON.parse(readFileSync(await saved("Figures (JSON)"), "utf8")) as Record<string, unknown>;
    const document = await eventually(
      "the same figures from both",
      async () => {
        const figures = await read();
        expect(figures).to.deep.include(JSON.parse(await compared("json")));
        return figures;
      },
      patienceMs,
    );
    expect(document).to.have.property("layout", "phoenix.experiment/v1");
    expect(document).to.have.property("kpiSeries").that.is.not.empty;
  });

  it("says that the server is away, keeps what it shows, comes back by itself, and tells nothing twice", async () => {
    const { site } = console_;
    await page.locator("[data-event]").nth(3).waitFor();
    const before = await page.locator("[data-event]").count();
    if (site.server !== undefined) await site.end(site.server, "SIGKILL");
    await page.getByTestId("offline-banner").waitFor();
    expect(await page.locator("[data-event]").count()).to.equal(before);
    await site.startServer();
    await page.locator('[data-testid="live-state"][data-state="live"]').waitFor();
    await page.getByTestId("offline-banner").waitFor({ state: "detached" });
    const { lastEventSequence } = await experiment();
    const wanted = Array.from({ length: Number(lastEventSequence) }, (_, place) =>
      String(Number(lastEventSequence) - place),
    );
    const told = () =>
      page.locator("[data-event]").evaluateAll((all) => all.map((one) => one.getAttribute("data-event")));
    await eventually(
      "every event once",
      async () => (String(await told()) === String(wanted) ? true : undefined),
      patienceMs,
    );
    // The browser itself says each call that failed while nobody was there.
    watched.complaints.splice(0).forEach((said) => {
      expect(said).to.match(
        /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|Failed to load resource/,
      );
    });
  });

  it("promotes with a reason, and the host runs the candidate", async () => {
    const digest = (await experiment()).configDigests.candidate ?? "";
    await page.getByRole("button", { name: "Promote", exact: true }).click();
    await page.getByRole("dialog").getByLabel("Reason").fill("it saves two thirds");
    await page.getByRole("dialog").getByRole("button", { name: "Promote it" }).click();
    await page.getByRole("main").getByText("Promoted", { exact: true }).first().waitFor();
    await page.getByText("Reason: it saves two thirds").first().waitFor();
    await page.getByRole("button", { name: "Roll back" }).waitFor();
    await eventually(
      "the host to run the candidate",
      async () => ((await hostRuns()) === digest ? true : undefined),
      patienceMs,
    );
    await page.getByRole("tab", { name: "Hosts and load" }).click();
    await page.getByText("(promoted)").waitFor();
  });

  it("rolls back with a reason, and the host runs what it ran before", async () => {
    await page.getByRole("button", { name: "Roll back" }).click();
    const dialog = page.getByRole("dialog");
    const confirm = dialog.getByRole("button", { name: "Roll it back" });
    expect(await confirm.isDisabled(), "without a reason").to.equal(true);
    await dialog.getByLabel("Reason").fill("changed our minds");
    await confirm.click();
    await page.getByRole("main").getByText("Rolled back", { exact: true }).first().waitFor();
    expect((await experiment()).outcome).to.equal(ExperimentOutcome.ROLLED_BACK);
    expect(await hostRuns()).to.equal("");
  });

  it("logs out everywhere in this browser, and back in to where one was", async () => {
    await page.getByRole("button", { name: /^Account/ }).click();
    await page.getByRole("menuitem", { name: "Log out" }).click();
    await page.getByRole("heading", { name: "Log in" }).waitFor();
    await console_.logIn(page);
    await page.waitForURL(new RegExp(experimentId));
    await page.getByRole("heading", { name: markup }).waitFor();
  });

  const next = (): Promise<void> => page.getByRole("button", { name: "Next" }).click();
  const choose = async (label: string, option: string | RegExp): Promise<void> => {
    await page.getByRole("combobox", { name: label }).click();
    await page.getByRole("option", { name: option }).first().click();
  };
  /** The path of what the browser saved when an entry of the export menu was chosen. */
  const saved = async (entry: string): Promise<string> => {
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export" }).click();
    await page.getByRole("menuitem", { name: entry }).click();
    const path = join(console_.site.folder, `${experimentId}.${entry.includes("HTML") ? "html" : "json"}`);
    await (await download).saveAs(path);
    return path;
  };
  /** What the command says of the experiment. */
  const compared = async (format: string): Promise<string> => {
    const { accessToken } = await console_.site.client.auth.login(administrator);
    const given = { PHOENIX_SERVER: console_.site.apiUrl, PHOENIX_TOKEN: accessToken };
    const { code, stdout, stderr } = await runCommand(["experiment", "compare", experimentId, "-o", format], given);
    if (code !== 0) throw new Error(stderr);
    return stdout;
  };
  const counted = async () => {
    const { measureTime, endTime, plan } = await experiment();
    return {
      ...(measureTime && { startTime: measureTime }),
      ...(endTime && { endTime }),
      warmupWindows: plan?.warmupWindows ?? 0,
    };
  };
});
