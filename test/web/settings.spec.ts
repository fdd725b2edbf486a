import { join } from "node:path";
import { expect } from "chai";
import type { Locator, Page } from "playwright-core";
import { eventually } from "../harness/eventually.ts";
import { startCommand } from "../harness/phoenix-command.ts";
import { desktop, phone, type WatchedPage } from "./browser.ts";
import {
  administrator,
  type ConsoleSite,
  createConsoleSite,
  logInForTheFirstTime,
  patienceMs,
  seriousFindings,
} from "./console-site.ts";

const tabs = ["account", "users", "tokens", "enrolment", "price-books", "approvals", "rights"];

describe("the console's settings and audit", function () {
  this.timeout(300_000);
  let console_: ConsoleSite;
  let watched: WatchedPage;
  let page: Page;

  before(async () => {
    console_ = await createConsoleSite();
    await logInForTheFirstTime(console_.site);
    watched = await console_.open("/settings");
    page = watched.page;
    await console_.logIn(page);
    await page.getByRole("heading", { name: "Settings" }).waitFor();
  });
  after(() => console_?.close());
  afterEach(() => {
    expect(watched.complaints.splice(0), "errors on the console").to.deep.equal([]);
  });

  /** The browser itself says each call that was refused. */
  const refused = (): void => {
    for (const said of watched.complaints.splice(0)) expect(said).to.match(/Failed to load resource/);
  };
  /** Replaces what an editor holds as a person would: in one go, the browser itself would make styled elements. */
  const write = async (editor: Locator, text: string): Promise<void> => {
    await editor.press("ControlOrMeta+a");
    await editor.press("Delete");
    await page.keyboard.insertText(text);
  };
  const dialog = () => page.getByRole("dialog");
  const button = (name: string | RegExp) => page.getByRole("button", { name, exact: typeof name === "string" });
  const tab = (name: string): Promise<void> => page.getByRole("tab", { name, exact: true }).click();

  it("adds a user with a password that is shown once, who must change it and sees what a viewer sees", async () => {
    await tab("Users");
    await button("Add a user").click();
    await dialog().getByLabel("Name to log in with").fill("vera");
    await dialog().getByLabel("Name for people").fill("<b>Vera</b>");
    await dialog().getByRole("button", { name: "Add the user" }).click();
    await page.getByRole("heading", { name: "First password of vera" }).waitFor();
    const password = (await dialog().locator("pre").textContent()) ?? "";
    await dialog().getByRole("button", { name: "I have kept it" }).click();
    await page.getByRole("cell", { name: /^vera/ }).waitFor();
    await page.getByText("<b>Vera</b>").waitFor();
    expect(await page.content()).to.not.contain(password);

    const other = await console_.open("/settings?tab=users");
    await other.page.getByLabel("Name").fill("vera");
    await other.page.getByRole("textbox", { name: "Password" }).fill(password);
    await other.page.getByRole("button", { name: "Log in" }).click();
    await other.page.getByLabel("Password you were given").fill(password);
    await other.page.getByRole("textbox", { name: "New password", exact: true }).fill("a sentence for one alone");
    await other.page.getByLabel("New password again").fill("a sentence for one alone");
    await other.page.getByRole("button", { name: "Change the password" }).click();
    await other.page.getByRole("heading", { name: "Settings" }).waitFor();
    const offered = await other.page.getByRole("tab").allTextContents();
    expect(offered).to.include.members(["You", "API tokens", "Price books", "Rights"]);
    expect(offered).to.not.include("Users");
    await other.page.goto("/audit");
    await other.page.getByText("Administrators alone read the audit").waitFor();
    expect(await other.page.getByRole("button", { name: "Check all entries" }).count()).to.equal(0);
    expect(other.complaints).to.deep.equal([]);
    await other.page.context().close();
  });

  it("changes a user's roles and whether the user may log in", async () => {
    await button("Change vera").click();
    expect(await dialog().getByRole("button", { name: "Change the user" }).isDisabled(), "unchanged").to.equal(true);
    await dialog().getByLabel("On hosts with these labels").fill("team");
    await dialog().getByText("is no label").waitFor();
    await dialog().getByLabel("On hosts with these labels").fill("team=web");
    await dialog().getByLabel("May not log in").check();
    await dialog().getByRole("button", { name: "Change the user" }).click();
    await page.getByText("Viewer on team=web").waitFor();
    await page.getByText("May not log in", { exact: true }).waitFor();
    const { users } = await console_.site.client.auth.listUsers({});
    const vera = users.find(({ name }) => name === "vera");
    expect(vera).to.include({ disabled: true, displayName: "<b>Vera</b>" });
    expect(vera?.grants[0]?.labels).to.deep.equal({ team: "web" });
  });

  it("does not leave a server without an administrator, and says so", async () => {
    await button(`Change ${administrator.name}`).click();
    await dialog().getByLabel("May not log in").check();
    await dialog().getByRole("button", { name: "Change the user" }).click();
    await dialog().getByRole("alert").waitFor();
    expect(await dialog().getByRole("alert").textContent()).to.match(/nobody would be left who administers/);
    await dialog().getByRole("button", { name: "Leave it" }).click();
    refused();
  });

  it("deletes a user after asking", async () => {
    await button("Delete vera").click();
    await dialog().getByRole("button", { name: "Delete the user" }).click();
    await page.getByRole("cell", { name: /^vera/ }).waitFor({ state: "detached" });
  });

  it("makes a token that does what it may and no more, until it is revoked", async () => {
    await tab("API tokens");
    await button("Make a token").click();
    await dialog().getByRole("textbox", { name: "Name", exact: true }).fill("ci");
    await dialog().getByLabel("Only these calls").fill("FleetService/ListHosts");
    await page.getByRole("option", { name: "FleetService/ListHosts" }).click();
    await dialog().getByRole("textbox", { name: "Name", exact: true }).click();
    await dialog().getByRole("button", { name: "Make the token" }).click();
    await page.getByRole("heading", { name: "Token ci" }).waitFor();
    const token = (await dialog().locator("pre").textContent()) ?? "";
    await dialog().getByRole("button", { name: "I have kept it" }).click();
    const call = async (method: string): Promise<number> => {
      const response = await fetch(`${console_.site.apiUrl}/${method}`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
        body: "{}",
      });
      await response.text();
      return response.status;
    };
    expect(await call("phoenix.controller.v1.FleetService/ListHosts")).to.equal(200);
    expect(await call("phoenix.controller.v1.ExperimentService/ListExperiments")).to.equal(403);
    await button("Revoke ci").click();
    await dialog().getByRole("button", { name: "Revoke the token" }).click();
    await page.getByText("Revoked", { exact: true }).waitFor();
    await eventually(
      "the token to be refused",
      async () => ((await call("phoenix.controller.v1.FleetService/ListHosts")) === 401 ? true : undefined),
      patienceMs,
    );
  });

  it("gives a line that starts an agent, which joins with its labels, and takes a token back", async () => {
    await tab("Enrolment");
    await button("Let hosts join").click();
    await dialog().getByLabel("Labels they get").fill("team=web");
    await dialog().getByLabel("Reason").fill("a new rack");
    await dialog().getByRole("button", { name: "Make a token" }).click();
    await dialog().getByLabel("Where agents dial").fill(console_.site.agentAddress);
    const line = await dialog()
      .getByLabel("the line that starts an agent", { exact: true })
      .locator("pre")
      .textContent();
    const [, secret = "", args = ""] = /^PHOENIX_ENROLLMENT_TOKEN=(\S+) npx phoenix (.+)$/.exec(line ?? "") ?? [];
    expect(args).to.equal(`agent --controller ${console_.site.agentAddress}`);
    await dialog().getByRole("button", { name: "I have kept it" }).click();
    await page.getByRole("cell", { name: "team=web" }).waitFor();
    const place = ["--state-dir", join(console_.site.folder, "agent-web-1"), "--host-name", "web-1"];
    const agent = startCommand([...args.split(" "), ...place], { PHOENIX_ENROLLMENT_TOKEN: secret });
    try {
      await console_.site.waitForHost("web-1");
      const { host } = await console_.site.client.fleet.getHost({ hostId: "web-1" });
      expect(host?.labels).to.include({ team: "web" });
    } finally {
      await console_.site.end(agent, "SIGTERM");
    }

    await button("Let hosts join").click();
    await dialog().getByRole("button", { name: "Make a token" }).click();
    await dialog().getByRole("button", { name: "I have kept it" }).click();
    await button(/^Take .* back$/).click();
    await dialog().getByLabel("Reason").fill("one was enough");
    await dialog().getByRole("button", { name: "Take it back" }).click();
    await page.getByText("Taken back", { exact: true }).waitFor();
    const { events } = await console_.site.client.audit.listAuditEvents({ pageSize: 20 });
    expect(events.map(({ method, reason }) => `${method.split("/")[1]}: ${reason}`)).to.include.members([
      "CreateEnrollmentToken: a new rack",
      "RevokeEnrollmentToken: one was enough",
    ]);
  });

  it("stores a price book as another version, marks what is wrong with one, and brings the shipped one back", async () => {
    await tab("Price books");
    await button("Open Grafana Cloud Pro, metrics").click();
    await button("Change, or make another from it").click();
    const editor = page.getByRole("textbox", { name: "The price book as YAML" });
    const yaml =
      (await console_.site.client.benchmark.getPriceBook({ name: "grafana-cloud-pro" })).priceBook?.yaml ?? "";
    await write(editor, yaml.replace(/^currency: .*$/m, "currency: dollars"));
    await button("Check only").click();
    await page
      .getByRole("alert")
      .getByText(/line \d+, column \d+/)
      .waitFor();
    refused();
    await write(editor, yaml.replace(/^title: .*$/m, "title: Grafana as we pay it"));
    await button("Check only").click();
    await page.getByText("The server would store it as grafana-cloud-pro").waitFor();
    await button("Store it").click();
    await page.getByRole("heading", { name: "Grafana as we pay it" }).waitFor();
    await page.getByText(`1, by ${administrator.name}`).waitFor();
    await button("Delete").click();
    await dialog().getByRole("button", { name: "Delete what was stored" }).click();
    await button("Open Grafana Cloud Pro, metrics").waitFor();
  });

  it("says what each call asks, and filters it at an address of its own", async () => {
    await tab("Rights");
    await page.getByLabel("Calls with this in their name").fill("promote");
    await page
      .getByRole("row", { name: /PromoteExperiment/ })
      .getByText("Approver")
      .waitFor();
    await page.waitForURL(/tab=rights.*call=promote|call=promote.*tab=rights/);
    await page.getByRole("row").nth(2).waitFor({ state: "detached" });
    expect(await page.getByRole("row").count()).to.equal(2);
    await page.reload();
    await page.getByRole("row", { name: /PromoteExperiment/ }).waitFor();
  });

  it("shows in the audit who did what, filters it, and finds the chain whole", async () => {
    await page.goto("/audit");
    await page.getByRole("combobox", { name: "What" }).click();
    await page.getByRole("option", { name: "AuthService/CreateUser" }).click();
    await page
      .getByRole("row", { name: /Create user/ })
      .first()
      .waitFor();
    await eventually("no other call", async () => {
      const rows = (await page.getByRole("row").allTextContents()).slice(1);
      return rows.length > 0 && rows.every((row) => row.includes("Create user")) ? true : undefined;
    });
    expect(page.url()).to.match(/method=/);
    await page
      .getByRole("button", { name: /^All of entry/ })
      .first()
      .click();
    await dialog().getByText("phoenix.gateway.v1.AuthService/CreateUser").waitFor();
    await dialog().getByText('"name": "vera"').waitFor();
    await page.keyboard.press("Escape");

    await page.getByRole("button", { name: "Check all entries" }).click();
    await page.getByTestId("audit-check").getByText("Every entry fits").waitFor();
    const hash = (await page.getByLabel("the newest hash", { exact: true }).locator("pre").textContent()) ?? "";
    expect(hash).to.match(/^[0-9a-f]{64}$/);
    await page.getByLabel("Hash of an earlier check, if you kept one").fill(hash);
    await page.getByRole("button", { name: "Check all entries" }).click();
    await page.getByTestId("audit-check").getByText("Every entry fits").waitFor();
    await page.getByLabel("Hash of an earlier check, if you kept one").fill("0123456789abcdef".repeat(4));
    await page.getByRole("button", { name: "Check all entries" }).click();
    await page.getByTestId("audit-check").getByText("never had the hash given").waitFor();
  });

  it("changes one's own password", async () => {
    await page.goto("/settings");
    const changed = "another one of one's own";
    await page.getByLabel("Password now").fill(administrator.password);
    await page.getByRole("textbox", { name: "New password", exact: true }).fill(changed);
    await page.getByLabel("New password again").fill(changed);
    await button("Change the password").click();
    await page.getByText("The password was changed.").waitFor();
    const { accessToken } = await console_.site.client.auth.login({ name: administrator.name, password: changed });
    expect(accessToken).to.not.equal("");
  });

  it("has nothing serious against it for whoever uses a reader, wide and narrow, and nothing that is cut off", async () => {
    for (const address of [...tabs.map((name) => `/settings?tab=${name}`), "/audit"]) {
      await page.goto(address);
      await page.getByRole("status", { name: "Loading" }).waitFor({ state: "detached" });
      expect(await seriousFindings(page), address).to.deep.equal([]);
      await page.setViewportSize(phone);
      const over = await page.evaluate<number>("document.documentElement.scrollWidth - window.innerWidth");
      expect(over, `${address} is wider than a phone`).to.be.at.most(0);
      await page.setViewportSize(desktop);
    }
    for (const [address, opens] of [
      ["/settings?tab=users", "Add a user"],
      ["/settings?tab=tokens", "Make a token"],
      ["/settings?tab=enrolment", "Let hosts join"],
    ] as const) {
      await page.goto(address);
      await button(opens).click();
      await dialog().getByRole("button", { name: "Leave it" }).waitFor();
      expect(await seriousFindings(page), opens).to.deep.equal([]);
    }
  });
});
