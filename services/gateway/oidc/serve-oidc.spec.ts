import { AuthService } from "@phoenix/gen/phoenix/gateway/v1/auth_service_pb.ts";
import { migrations } from "@phoenix/migrations";
import type { Database } from "@phoenix/platform/database";
import { isPhoenixError } from "@phoenix/platform/errors";
import { createLogger } from "@phoenix/platform/logging";
import { type ApiServer, createApiServer, createInProcessTransport } from "@phoenix/platform/rpc";
import { createMetrics } from "@phoenix/platform/telemetry";
import { createTestDatabase, stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { createGatewayService } from "../index.ts";
import { type IdentityProvider, startIdentityProvider } from "../testing/identity-provider.ts";
import { createScriptedController } from "../testing/scripted-controller.ts";
import { checkOidcSettings, type OidcSettings } from "./settings.ts";

after(stopTestDatabases);

const publicUrl = "https://phoenix.example.com";

/** A browser as far as redirects and cookies go; a path that belongs to the server goes to where it really is. */
class Browser {
  readonly cookies = new Map<string, string>();
  constructor(apiUrl: string) {
    this.apiUrl = apiUrl;
  }
  readonly apiUrl: string;
  setCookies: string[] = [];

  async go(address: string): Promise<Response> {
    const real = address.replace(publicUrl, this.apiUrl);
    const { host } = new URL(real);
    const cookie = [...this.cookies].filter(([key]) => key.startsWith(`${host} `)).map(([, value]) => value);
    const response = await fetch(real, { redirect: "manual", headers: { cookie: cookie.join("; ") } });
    this.setCookies = response.headers.getSetCookie();
    for (const set of this.setCookies) {
      const [pair = ""] = set.split(";");
      const key = `${host} ${pair.split("=")[0]}`;
      if (/Max-Age=0|=$/.test(pair) || set.includes("Max-Age=0")) this.cookies.delete(key);
      else this.cookies.set(key, pair);
    }
    return response;
  }

  /** Follows redirects until there are none, or until one leads to what `until` says. */
  async follow(
    address: string,
    until: (next: string) => boolean = () => false,
  ): Promise<{ at: string; response: Response }> {
    let at = address;
    for (let count = 0; count < 12; count++) {
      const response = await this.go(at);
      const location = response.headers.get("location");
      if (location === null) return { at, response };
      at = new URL(location, at).href;
      if (until(at)) return { at, response };
    }
    throw new Error(`too many redirects, at last to ${at}`);
  }
}

describe("logging in with OpenID Connect", () => {
  let db: Database;
  let provider: IdentityProvider;
  let api: ApiServer;
  let browser: Browser;

  beforeEach(async () => {
    db = await createTestDatabase({ migrations });
    provider = await startIdentityProvider([`${publicUrl}/auth/oidc/callback`]);
    const logger = createLogger({ name: "oidc", level: "silent" });
    const controller = createScriptedController();
    const behind = createInProcessTransport((router) => controller.routes(router), { logger });
    const gateway = createGatewayService({
      ...{ db, logger },
      transports: { controller: behind, pipelines: behind, benchmark: behind, analytics: behind },
      config: {
        ...{ open: false, fourEyes: false },
        oidc: settings({ roles: ["sre=operator:env=prod", "heads=approver", "root=admin"] }),
      },
      announce: () => undefined,
    });
    await gateway.start();
    api = createApiServer({
      ...{ port: 0, logger, metrics: createMetrics({ processMetrics: false }), services: gateway.descriptors },
      routes: (router) => gateway.routes(router),
      interceptors: gateway.interceptors,
      fallback: gateway.fallback,
      allowedHosts: ["phoenix.example.com"],
    });
    await api.start();
    browser = new Browser(api.url);
  });
  afterEach(async () => {
    await api.stop(0);
    await provider.close();
    await db.close();
  });

  const settings = (over: Partial<OidcSettings>): OidcSettings => ({
    issuer: provider?.issuer ?? "https://login.example.com",
    clientId: provider?.clientId ?? "phoenix",
    clientSecret: provider?.clientSecret,
    title: "Company login",
    scopes: "openid profile groups",
    rolesClaim: "groups",
    roles: ["root=admin"],
    publicUrl,
    ...over,
  });
  const isBack = (address: string): boolean => address.startsWith(publicUrl) && !address.includes("/auth/oidc");

  /** Who a browser is by its cookie. */
  async function whoAmI(): Promise<{ name: string; grants?: object[]; displayName?: string }> {
    const pair = browser.setCookies.find((cookie) => cookie.includes("/Refresh"))?.split(";")[0] ?? "";
    const response = await fetch(`${api.url}/${AuthService.typeName}/Refresh`, {
      ...{ method: "POST", body: "{}" },
      headers: { "content-type": "application/json", cookie: pair },
    });
    return ((await response.json()) as { identity: { name: string } }).identity;
  }

  it("goes to the provider and back, and ends where it began, with what the groups may do", async () => {
    provider.person = { id: "u-1", name: "Ada", groups: ["sre", "heads", "unknown"] };
    const options = await fetch(`${api.url}/${AuthService.typeName}/GetLoginOptions`, {
      ...{ method: "POST", body: "{}", headers: { "content-type": "application/json" } },
    });
    expect(await options.json()).to.include({ oidcPath: "/auth/oidc", oidcTitle: "Company login", password: true });
    const { at } = await browser.follow(`${publicUrl}/auth/oidc?return=/experiments/exp-1?tab=cost`, isBack);
    expect(at).to.equal(`${publicUrl}/experiments/exp-1?tab=cost`);
    for (const cookie of browser.setCookies.slice(0, 2)) expect(cookie).to.match(/HttpOnly; SameSite=Strict; Secure$/);
    expect(await whoAmI()).to.deep.include({
      name: "Ada",
      displayName: "Ada of the firm",
      grants: [{ role: "ROLE_OPERATOR", labels: { env: "prod" } }, { role: "ROLE_APPROVER" }],
    });
    const [entry] = await db.query("SELECT actor, outcome FROM audit_events");
    expect(entry).to.deep.equal({ actor: "Ada", outcome: "ok" });
  });

  it("has the same user the next time, with what the groups may do by then", async () => {
    provider.person = { id: "u-1", name: "Ada", groups: ["sre"] };
    await browser.follow(`${publicUrl}/auth/oidc`, isBack);
    browser = new Browser(api.url);
    provider.person = { id: "u-1", name: "Ada Lovelace", groups: ["root"] };
    await browser.follow(`${publicUrl}/auth/oidc`, isBack);
    expect(await whoAmI()).to.deep.include({ name: "Ada", grants: [{ role: "ROLE_ADMIN" }] });
    const [row] = await db.query<{ count: number }>(
      "SELECT count(*)::int FROM users WHERE external_subject IS NOT NULL",
    );
    expect(row?.count).to.equal(1);
  });

  it("takes nobody for a user who is here already", async () => {
    provider.person = { id: "u-2", name: "admin", groups: ["sre"] };
    await browser.follow(`${publicUrl}/auth/oidc`, isBack);
    const { name, grants } = await whoAmI();
    expect(name).to.match(/^admin-[0-9a-f]{8}$/);
    expect(grants).to.deep.equal([{ role: "ROLE_OPERATOR", labels: { env: "prod" } }]);
  });

  it("lets nobody in whose groups may do nothing, or who was disabled here", async () => {
    provider.person = { id: "u-3", name: "eve", groups: ["interns"] };
    const { at } = await browser.follow(`${publicUrl}/auth/oidc?return=/fleet`, isBack);
    expect(at).to.equal(`${publicUrl}/login?error=no-role&return=%2Ffleet`);
    expect(await db.query("SELECT 1 FROM users WHERE external_subject IS NOT NULL")).to.deep.equal([]);

    browser = new Browser(api.url);
    provider.person = { id: "u-1", name: "Ada", groups: ["sre"] };
    await browser.follow(`${publicUrl}/auth/oidc`, isBack);
    await db.query("UPDATE users SET disabled = true WHERE name = 'Ada'");
    browser = new Browser(api.url);
    expect((await browser.follow(`${publicUrl}/auth/oidc`, isBack)).at).to.contain("/login?error=disabled&");
  });

  it("refuses an answer that another browser began, one that was used, and one with another state", async () => {
    provider.person = { id: "u-1", name: "Ada", groups: ["sre"] };
    const isAnswer = (address: string): boolean => address.includes("/auth/oidc/callback");
    const { at } = await browser.follow(`${publicUrl}/auth/oidc`, isAnswer);
    const other = new Browser(api.url);
    const landing = async (from: Browser, address: string) => (await from.go(address)).headers.get("location");
    expect(await landing(other, at)).to.equal("/login?error=stale&return=%2F");
    const forged = new URL(at);
    forged.searchParams.set("state", "forged");
    expect(await landing(browser, forged.href)).to.equal("/login?error=stale&return=%2F");
    expect(browser.setCookies).to.deep.equal([]);
    const kept = new Map(browser.cookies);
    expect(await landing(browser, at)).to.equal("/");
    for (const [key, value] of kept) browser.cookies.set(key, value);
    expect(await landing(browser, at)).to.equal("/login?error=provider&return=%2F");
  });

  it("sends nobody to another site afterwards", async () => {
    provider.person = { id: "u-1", name: "Ada", groups: ["sre"] };
    for (const place of ["https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:alert(1)"]) {
      browser = new Browser(api.url);
      const { at } = await browser.follow(`${publicUrl}/auth/oidc?return=${encodeURIComponent(place)}`, isBack);
      expect(at, place).to.equal(`${publicUrl}/`);
    }
  });

  it("refuses settings that cannot work or are not safe", () => {
    const refused = (over: Partial<OidcSettings>): string => {
      try {
        checkOidcSettings(settings(over));
        return "";
      } catch (error) {
        return isPhoenixError(error) ? (error.metadata.field ?? "") : String(error);
      }
    };
    expect(refused({})).to.equal("");
    expect(refused({ issuer: "http://login.example.com" })).to.equal("oidcIssuer");
    expect(refused({ clientId: "" })).to.equal("oidcClientId");
    for (const roles of [[], ["root"], ["root=owner"], ["root=admin:env"]]) {
      expect(refused({ roles }), roles.join()).to.equal("oidcRoles");
    }
  });
});
