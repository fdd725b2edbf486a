import { HostState } from "@phoenix/gen/phoenix/controller/v1/fleet_pb.ts";
import { LoadState } from "@phoenix/gen/phoenix/controller/v1/load_simulation_service_pb.ts";
import { expect } from "chai";
import type { Page } from "playwright-core";
import { eventually } from "../harness/eventually.ts";
import type { RunningCommand } from "../harness/phoenix-command.ts";
import { phone, type WatchedPage } from "./browser.ts";
import {
  type ConsoleSite,
  createConsoleSite,
  logInForTheFirstTime,
  patienceMs,
  seriousFindings,
} from "./console-site.ts";

describe("the console at work on the fleet", function () {
  this.timeout(300_000);
  let console_: ConsoleSite;
  let watched: WatchedPage;
  let page: Page;
  let agents: RunningCommand[] = [];
  let loadPath = "";

  before(async () => {
    console_ = await createConsoleSite();
    const { site } = console_;
    await logInForTheFirstTime(site);
    agents = await site.startAgents(["web-1", "web-2"]);
    watched = await console_.open("/fleet");
    page = watched.page;
    await console_.logIn(page);
    await page.getByRole("heading", { name: "Fleet" }).waitFor();
  });
  after(() => console_?.close());
  afterEach(() => {
    expect(watched.complaints.splice(0), "errors on the console").to.deep.equal([]);
  });

  const row = (name: string | RegExp) => page.getByRole("row", { name });
  const dialog = () => page.getByRole("dialog");
  const deployment = async () =>
    (await console_.site.client.deployments.getDeployment({ deploymentId: "little" })).deployment;

  it("lists the hosts with what they are, and finds those with labels once they have them", async () => {
    await row(/^web-1/)
      .getByText("Healthy")
      .or(row(/^web-1/).getByText("Online, runs nothing"))
      .waitFor();
    await row(/^web-2/)
      .getByText("Online", { exact: true })
      .waitFor();
    for (const [name, role] of [
      ["web-1", "web"],
      ["web-2", "db"],
    ] as const) {
      await page.goto(`/fleet/${name}`);
      await page.getByRole("button", { name: "Edit labels" }).click();
      await dialog().getByRole("textbox", { name: "Labels" }).fill(`role=${role}\nzone=a`);
      await dialog().getByRole("button", { name: "Save" }).click();
      await dialog().waitFor({ state: "detached" });
      await page.getByText(`role=${role}`).waitFor();
    }
    await page.goto("/fleet");
    await row(/^web-1/).waitFor();
    await page.getByLabel("Labels").fill("role=db");
    await page.waitForURL(/labels=role%3Ddb/);
    await row(/^web-1/).waitFor({ state: "detached" });
    await row(/^web-2/).waitFor();
  });

  it("shows the fleet as a map by a label, to go through by keyboard", async () => {
    await page.goto("/fleet?view=map&group=role");
    await page.getByRole("heading", { name: "role=web" }).waitFor();
    await page.getByRole("heading", { name: "role=db" }).waitFor();
    await page.goto("/fleet?view=map");
    await page.getByRole("link", { name: /^web-1/ }).focus();
    await page.keyboard.press("ArrowRight");
    await page.getByRole("status").getByText("web-2").waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "web-2" }).waitFor();
  });

  it("drains a host and gives it work again", async () => {
    await page.getByRole("button", { name: "Drain" }).click();
    await dialog().getByLabel("Reason").fill("a new disk");
    await dialog().getByRole("button", { name: "Drain it" }).click();
    await page.getByText("Draining").first().waitFor();
    expect((await console_.site.client.fleet.getHost({ hostId: "web-2" })).host?.draining).to.equal(true);
    const { events } = await console_.site.client.audit.listAuditEvents({ pageSize: 1 });
    expect(events[0]).to.include({
      method: "phoenix.controller.v1.FleetService/DrainHost",
      outcome: "ok",
      reason: "a new disk",
    });
    await page.getByRole("button", { name: "End the drain" }).click();
    await dialog().getByRole("button", { name: "End the drain" }).click();
    await page.getByRole("button", { name: "Drain", exact: true }).waitFor();
  });

  it("shows a deployment with its steps, hosts and events, and the configuration on the host", async () => {
    await console_.site.client.deployments.createDeployment({
      name: "little",
      pipeline: { name: "process-priority-filter-v1", variables: { interval: "5s" } },
      selector: { hosts: ["web-1"] },
      strategy: { dwell: { seconds: 0n } },
    });
    await page.goto("/deployments");
    await row(/^little/)
      .getByText("Rolled out")
      .waitFor();
    await row(/^little/)
      .getByRole("link", { name: "little" })
      .click();
    await page.getByRole("heading", { name: "little" }).waitFor();
    await page.getByText("Step 1").waitFor();
    await page.getByText("at most 20.0 % of the hosts").first().waitFor();
    await page.getByRole("tab", { name: "Hosts" }).click();
    await row(/^web-1/)
      .getByText("In sync")
      .waitFor();
    await page.getByRole("tab", { name: "Events" }).click();
    await page.getByText("Rolled out", { exact: true }).last().waitFor();
    expect(page.url()).to.contain("tab=events");
    await page.goto("/fleet/web-1");
    await page
      .getByLabel(/^configuration [0-9a-f]{12}/)
      .getByText("receivers:")
      .waitFor();
  });

  it("rolls a deployment back to a version with a reason, and says so in its versions", async () => {
    const before = await deployment();
    await console_.site.client.deployments.updateDeployment({
      deploymentId: before?.deploymentId ?? "",
      pipeline: { name: "process-priority-filter-v1", variables: { interval: "7s" } },
      updateMask: { paths: ["pipeline"] },
    });
    await page.goto(`/deployments/${before?.deploymentId}?tab=versions`);
    await page.getByRole("button", { name: "Roll back to version 1" }).click();
    const confirm = dialog().getByRole("button", { name: "Roll it back" });
    expect(await confirm.isDisabled(), "without a reason").to.equal(true);
    await dialog().getByLabel("Reason").fill("five seconds were right");
    await confirm.click();
    await row(/^3/).getByText("five seconds were right").waitFor();
    expect((await deployment())?.wanted?.configDigest).to.equal(before?.wanted?.configDigest);
  });

  it("starts load on a host and stops it", async () => {
    await page.goto("/loads");
    await page.getByRole("button", { name: "Start load" }).click();
    await dialog().getByRole("combobox", { name: "Hosts" }).or(dialog().getByLabel("Hosts")).first().click();
    await page.getByRole("option", { name: "web-2" }).click();
    await page.keyboard.press("Escape");
    await dialog().getByLabel("Processes on each host").fill("5");
    await dialog().getByRole("button", { name: "Start it" }).click();
    await page.waitForURL(/\/loads\/.+/);
    loadPath = new URL(page.url()).pathname;
    await row(/^web-2/)
      .getByText("Running")
      .waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    await dialog().getByRole("button", { name: "Stop it" }).click();
    await row(/^web-2/)
      .getByText("Stopped", { exact: true })
      .waitFor();
    const { loadSimulations } = await console_.site.client.loads.listLoadSimulations({});
    expect(loadSimulations[0]?.state).to.equal(LoadState.STOPPED);
  });

  it("lists the tasks of a host, and tells about one", async () => {
    await page.goto("/tasks?host=web-2&state=Completed");
    await page
      .getByRole("link", { name: /^Start loadsim/ })
      .first()
      .click();
    await page.getByText("1 begun").waitFor();
    await page.getByRole("link", { name: "web-2" }).waitFor();
  });

  it("says that a host departed as soon as its agent says goodbye, with no reload", async () => {
    await page.goto("/fleet");
    await row(/^web-2/)
      .getByText("Online", { exact: true })
      .waitFor();
    await page.evaluate("window.neverLoadedAgain = true");
    const { site } = console_;
    await site.end(agents[1]!, "SIGTERM");
    await row(/^web-2/)
      .getByText("Departed")
      .first()
      .waitFor();
    expect(await page.evaluate("window.neverLoadedAgain")).to.equal(true);
    const { host } = await site.client.fleet.getHost({ hostId: "web-2" });
    expect(host?.state).to.equal(HostState.DEPARTED);
  });

  it("deletes a deployment, with a reason, from its host", async () => {
    await page.goto(`/deployments/${(await deployment())?.deploymentId}`);
    await page.getByRole("button", { name: "Delete" }).click();
    await dialog().getByLabel("Reason").fill("it was a try");
    await dialog().getByRole("button", { name: "Delete it" }).click();
    await page.getByText("Nothing is deployed yet").waitFor();
    // The page may have been told that it changed, and found it gone: browsers say so by themselves.
    for (const said of watched.complaints.splice(0)) expect(said).to.contain("404 (Not Found)");
    await eventually(
      "the host to run nothing",
      async () => {
        const { host } = await console_.site.client.fleet.getHost({ hostId: "web-1" });
        return host?.collectors.length === 0 ? true : undefined;
      },
      patienceMs,
    );
  });

  it("is usable by everyone: names, contrast, on a phone, light and dark", async () => {
    for (const path of ["/deployments", "/fleet", "/fleet?view=map", "/fleet/web-1", "/loads", loadPath, "/tasks"]) {
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize(colorScheme === "light" ? { width: 1280, height: 900 } : phone);
        await page.goto(path);
        await page.getByRole("heading", { level: 1 }).waitFor();
        await page.getByRole("status", { name: "Loading" }).first().waitFor({ state: "detached" });
        expect(await seriousFindings(page), `${path} ${colorScheme}`).to.deep.equal([]);
        const wide = await page.evaluate<number>("document.scrollingElement.scrollWidth - window.innerWidth");
        expect(wide, `${path} scrolls sideways`).to.be.at.most(0);
      }
    }
  });
});
