import { createPhoenixClient } from "@phoenix/cli/client";
import { ExperimentOutcome } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { Role } from "@phoenix/gen/phoenix/gateway/v1/auth_pb.ts";
import { expect } from "chai";
import type { Page } from "playwright-core";
import { eventually } from "../harness/eventually.ts";
import { desktop, phone, type WatchedPage } from "./browser.ts";
import {
  type ConsoleSite,
  createConsoleSite,
  logInForTheFirstTime,
  patienceMs,
  seriousFindings,
} from "./console-site.ts";

const password = "a sentence for one alone";

describe("four eyes in the console", function () {
  this.timeout(300_000);
  let console_: ConsoleSite;
  let anna: WatchedPage;
  let ben: WatchedPage;
  let experimentId = "";

  before(async () => {
    console_ = await createConsoleSite(["--four-eyes"]);
    const { site } = console_;
    await logInForTheFirstTime(site);
    await addUser("anna");
    await addUser("ben");
    await site.startAgent("web-1");
    experimentId = await startExperiment();
    anna = await openAs("anna", "/");
    ben = await openAs("ben", "/fleet");
  });
  after(() => console_?.close());
  afterEach(() => {
    // The browser itself says each call that was not done at once.
    for (const said of [...anna.complaints.splice(0), ...ben.complaints.splice(0)]) {
      expect(said).to.match(/Failed to load resource.*(PromoteExperiment|CreateDeployment)/s);
    }
  });

  /** An approver everywhere, whose first password is changed already. */
  async function addUser(name: string): Promise<void> {
    const { auth } = console_.site.client;
    const { password: first } = await auth.createUser({ name, grants: [{ role: Role.APPROVER }] });
    const { accessToken } = await auth.login({ name, password: first });
    const own = createPhoenixClient(console_.site.apiUrl, 10_000, { get: async () => accessToken });
    await own.auth.changePassword({ currentPassword: first, newPassword: password });
  }

  async function openAs(name: string, path: string): Promise<WatchedPage> {
    const watched = await console_.open(path);
    await console_.logIn(watched.page, password, name);
    await watched.page.getByRole("button", { name: `Account of ${name}` }).waitFor();
    return watched;
  }

  const dialogOf = (page: Page) => page.getByRole("dialog");
  const asked = (page: Page) => page.getByTestId("approvals-asked");
  const toDecide = (page: Page) => page.getByTestId("approvals-to-decide");

  it("holds a promotion back until another person approves it, wide and narrow", async () => {
    const { page } = anna;
    await page.goto(`/experiments/${experimentId}`);
    await page.getByRole("button", { name: "Promote", exact: true }).click({ timeout: 240_000 });
    await dialogOf(page).getByLabel("Reason").fill("we know better");
    await dialogOf(page).getByRole("button", { name: "Promote it" }).click();
    await asked(page).getByRole("link", { name: "held back" }).waitFor();
    await page.setViewportSize(phone);
    expect(await page.evaluate<number>("document.documentElement.scrollWidth - window.innerWidth")).to.be.at.most(0);
    await page.setViewportSize(desktop);

    await toDecide(ben.page).getByRole("link", { name: "held back" }).click();
    await ben.page.getByRole("heading", { name: "held back" }).waitFor();
    await toDecide(ben.page).getByRole("link", { name: "Approvals" }).click();
    await ben.page.getByText("Reason: we know better").waitFor();
    await ben.page.getByRole("button", { name: "Approve" }).click();
    await dialogOf(ben.page).getByRole("button", { name: "Approve and do it" }).click();

    await page.getByRole("main").getByText("Promoted", { exact: true }).first().waitFor();
    expect((await experiment())?.outcome).to.equal(ExperimentOutcome.PROMOTED);
    await ben.page.getByLabel("Those decided, too").check();
    await ben.page
      .getByRole("row", { name: /Promote experiment held back/ })
      .getByText("Approved by ben")
      .waitFor();
  });

  it("holds a deployment to the whole fleet back, and tells who asked and who may decide", async () => {
    const { page } = anna;
    await page.goto("/pipelines/process-topk-v1");
    await page.getByRole("button", { name: "Deploy", exact: true }).click();
    await dialogOf(page).getByLabel("Name of the deployment").fill("everywhere");
    await dialogOf(page).getByLabel("Reason").fill("it is cheaper");
    await dialogOf(page).getByRole("button", { name: "Deploy", exact: true }).click();
    await page.getByText("It waits for another person", { exact: true }).waitFor();
    await dialogOf(page).waitFor({ state: "detached" });
    await asked(page).getByText("Create deployment everywhere").waitFor();
    const { deployments } = await console_.site.client.deployments.listDeployments({});
    expect(deployments).to.deep.equal([]);
    await toDecide(ben.page).getByText("anna asks for a second person").waitFor();
  });

  it("lets nobody approve what they asked for", async () => {
    const { page } = anna;
    await asked(page).getByRole("link", { name: "Approvals" }).click();
    await page
      .getByRole("row", { name: /Create deployment everywhere/ })
      .getByText("Reason: it is cheaper")
      .waitFor();
    await page.getByRole("button", { name: "Take it back" }).waitFor();
    expect(await page.getByRole("button", { name: "Approve" }).count()).to.equal(0);
  });

  it("does it once another person approves it, and who asked sees it live", async () => {
    await anna.page.getByRole("link", { name: "Deployments" }).click();
    await anna.page.getByRole("heading", { name: "Deployments" }).waitFor();
    await anna.page.evaluate("window.neverLoadedAgain = true");
    const promoted = await hostRuns();
    const { page } = ben;
    await toDecide(page).getByRole("link", { name: "Approvals" }).click();
    expect(await seriousFindings(page)).to.deep.equal([]);
    await page.getByRole("button", { name: "Approve" }).click();
    await dialogOf(page).getByLabel("Reason").fill("seen");
    await dialogOf(page).getByRole("button", { name: "Approve and do it" }).click();
    await page.getByText("Approved: done.").waitFor();
    expect(await seriousFindings(page), "with the toast").to.deep.equal([]);
    await toDecide(page).waitFor({ state: "detached" });
    await page.getByText("Nothing waits for a second person").waitFor();

    await anna.page.getByRole("row", { name: /^everywhere/ }).waitFor();
    await asked(anna.page).waitFor({ state: "detached" });
    expect(await anna.page.evaluate("window.neverLoadedAgain")).to.equal(true);
    await eventually("the host to run it", async () => (await hostRuns()) !== promoted || undefined, patienceMs);
  });

  it("does nothing that was taken back", async () => {
    const { page } = anna;
    await page.goto("/pipelines/process-topk-v1");
    await page.getByRole("button", { name: "Deploy", exact: true }).click();
    await dialogOf(page).getByLabel("Name of the deployment").fill("again");
    await dialogOf(page).getByRole("button", { name: "Deploy", exact: true }).click();
    await asked(page).getByRole("link", { name: "Approvals" }).click();
    await page.getByRole("button", { name: "Take it back" }).click();
    await dialogOf(page).getByRole("button", { name: "Take it back" }).click();
    await page.getByText("Taken back.").waitFor();
    await asked(page).waitFor({ state: "detached" });
    const { deployments } = await console_.site.client.deployments.listDeployments({});
    expect(deployments.map(({ name }) => name)).to.deep.equal(["everywhere"]);
  });

  const hostRuns = async () =>
    (await console_.site.client.fleet.getHost({ hostId: "web-1" })).host?.activePipeline?.runningDigest;
  const experiment = async () => (await console_.site.client.experiments.getExperiment({ experimentId })).experiment;

  /** Starts an experiment whose verdict asks for a promotion after two minutes. */
  async function startExperiment(): Promise<string> {
    const { experiments } = console_.site.client;
    const { experiment: made } = await experiments.createExperiment({
      name: "held back",
      spec: {
        hosts: { hosts: ["web-1"] },
        arms: [
          { variant: "baseline", pipeline: { name: "process-baseline-v1" } },
          { variant: "candidate", pipeline: { name: "process-priority-filter-v1" } },
        ],
        load: { profile: "realistic", processes: 20, seed: 1n },
        mustKeep: ["postgres", "nginx", "payment-api"],
        scopeAccepted: true,
      },
    });
    const id = made?.experimentId ?? "";
    await experiments.startExperiment({ experimentId: id });
    return id;
  }
});
