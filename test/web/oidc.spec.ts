import { expect } from "chai";
import {
  type IdentityProvider,
  type Person,
  startIdentityProvider,
} from "../../services/gateway/testing/identity-provider.ts";
import type { WatchedPage } from "./browser.ts";
import { administrator, type ConsoleSite, createConsoleSite, logInForTheFirstTime } from "./console-site.ts";

const title = "Login of the firm";
const ada: Person = { id: "u-1", name: "ada", groups: ["sre"] };

describe("the console with a company's login", function () {
  this.timeout(300_000);
  let console_: ConsoleSite;
  let provider: IdentityProvider;

  before(async () => {
    console_ = await createConsoleSite();
    const { site } = console_;
    await logInForTheFirstTime(site);
    // "localhost" is another site than 127.0.0.1 to a browser, as a company's provider is.
    provider = await startIdentityProvider([`${site.apiUrl}/auth/oidc/callback`], { asks: true, host: "localhost" });
    if (site.server !== undefined) await site.end(site.server, "SIGTERM");
    const named = ["--oidc-issuer", provider.issuer, "--oidc-client-id", provider.clientId, "--oidc-title", title];
    const secret = ["--oidc-client-secret", provider.clientSecret];
    await site.startServer([
      ...named,
      ...secret,
      "--oidc-scopes",
      "openid profile groups",
      "--oidc-roles",
      "sre=viewer",
    ]);
  });
  after(async () => {
    await console_?.close();
    await provider?.close();
  });

  /** Goes to a page of the console, and by its login to the provider's page. */
  async function leaveFor(path: string, person: Person): Promise<WatchedPage> {
    provider.person = person;
    const watched = await console_.open(path);
    await watched.page.getByRole("button", { name: title }).click();
    await watched.page.getByRole("heading", { name: "The firm's login" }).waitFor();
    expect(new URL(watched.page.url()).origin).to.equal(provider.issuer);
    return watched;
  }

  it("leads to the provider, and back in to where one wanted to go", async () => {
    const { page, complaints } = await leaveFor("/experiments?show=completed", ada);
    await page.getByRole("button", { name: "That is me" }).click();
    await page.getByRole("heading", { name: "Experiments", exact: true }).waitFor();
    expect(page.url()).to.equal(`${console_.site.apiUrl}/experiments?show=completed`);
    await page.getByRole("button", { name: "Account of ada of the firm" }).waitFor();
    expect(await page.getByRole("link", { name: "New experiment" }).count(), "a viewer makes none").to.equal(0);

    await page.reload();
    await page.getByRole("button", { name: "Account of ada of the firm" }).click();
    await page.getByRole("menuitem", { name: "Log out" }).click();
    await page.getByRole("heading", { name: "Log in" }).waitFor();
    expect(complaints).to.deep.equal([]);
    await page.context().close();
  });

  it("says that it was called off at the provider, and lets one begin again to the same place", async () => {
    const { page, complaints } = await leaveFor("/fleet?state=offline", ada);
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("alert").getByText("The login was called off").waitFor();
    expect(new URL(page.url()).pathname).to.equal("/login");
    await page.getByRole("button", { name: title }).click();
    await page.getByRole("button", { name: "That is me" }).click();
    await page.getByRole("heading", { name: "Fleet", exact: true }).waitFor();
    expect(page.url()).to.contain("/fleet?state=offline");
    expect(complaints).to.deep.equal([]);
    await page.context().close();
  });

  it("takes no answer with another state than this browser began with", async () => {
    const { page, complaints } = await leaveFor("/fleet", ada);
    await page.goto(`${console_.site.apiUrl}/auth/oidc/callback?code=stolen&state=forged`);
    await page.getByRole("alert").getByText("was not begun in this browser").waitFor();
    await page.getByLabel("Name").waitFor();
    expect(complaints).to.deep.equal([]);
    await page.context().close();
  });

  it("tells someone whose groups may do nothing so, and lets nobody in", async () => {
    const { page, complaints } = await leaveFor("/", { id: "u-2", name: "eve", groups: ["interns"] });
    await page.getByRole("button", { name: "That is me" }).click();
    await page.getByRole("alert").getByText("none of your groups may do anything here").waitFor();
    await page.goto("/fleet");
    await page.getByRole("heading", { name: "Log in" }).waitFor();
    expect(complaints).to.deep.equal([]);
    await page.context().close();
  });

  it("says only words of its own, whatever an address says", async () => {
    const { page } = await console_.open("/login?error=Call+0800+and+say+your+password");
    await page.getByRole("alert").getByText("The login did not work").waitFor();
    expect(await page.getByText("0800").count()).to.equal(0);
    await page.context().close();
  });

  it("has the password beside it", async () => {
    const { page } = await console_.open("/fleet");
    await console_.logIn(page, administrator.password);
    await page.getByRole("heading", { name: "Fleet", exact: true }).waitFor();
    await page.context().close();
  });
});
