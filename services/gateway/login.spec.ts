import { Role } from "@phoenix/gen/phoenix/gateway/v1/auth_pb.ts";
import { stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { createGatewaySite, type GatewaySite, password, reasonOf } from "./testing/gateway-site.ts";

after(stopTestDatabases);

describe("logging in", () => {
  let site: Awaited<ReturnType<typeof createGatewaySite>>;

  beforeEach(async () => {
    site = await createGatewaySite();
  });
  afterEach(() => site.close());

  it("begins with one administrator, told once however many gateways start", async () => {
    expect(site.announced).to.have.lengthOf(1);
    await Promise.all([site.replica(), site.replica()]);
    expect(site.announced).to.have.lengthOf(1);
    const { users } = await site.admin.auth.listUsers({});
    expect(users.map(({ name }) => name)).to.deep.equal(["admin"]);
    expect(await reasonOf(site.as().auth.login(site.announced[0]!))).to.equal("UNAUTHENTICATED");
  });

  it("gives nothing before a password that someone else knows is changed", async () => {
    const made = await site.admin.auth.createUser({ name: "Vera", grants: [{ role: Role.VIEWER }] });
    const { accessToken, identity } = await site.as().auth.login({ name: "vera", password: made.password });
    expect(identity?.mustChangePassword).to.equal(true);
    const vera = site.as(accessToken);
    expect(await reasonOf(vera.fleet.listHosts({}))).to.equal("PASSWORD_CHANGE_REQUIRED");
    expect(await reasonOf(vera.auth.createApiToken({ name: "ci" }))).to.equal("PASSWORD_CHANGE_REQUIRED");
    expect((await vera.auth.whoAmI({})).methods).to.include("phoenix.gateway.v1.AuthService/ChangePassword");
    for (const [newPassword, why] of [
      [made.password, "the old one"],
      ["vera is the greatest", "contains the name"],
      ["aaaaaaaaaaaaaaaa", "repeats"],
    ] as const) {
      const refused = vera.auth.changePassword({ currentPassword: made.password, newPassword });
      expect(await reasonOf(refused), why).to.equal("INVALID_FIELD");
    }
    await vera.auth.changePassword({ currentPassword: made.password, newPassword: password });
    expect(await reasonOf(vera.fleet.listHosts({}))).to.equal("ok");
  });

  it("needs the whole password, and says the same of a name that nobody has", async () => {
    const failures = await Promise.all(
      [
        { name: "admin", password: "wrong" },
        { name: "admin", password: `${password} ` },
        { name: "nobody", password },
      ].map((login) =>
        site
          .as()
          .auth.login(login)
          .catch((error: Error) => error.message),
      ),
    );
    expect(new Set(failures).size).to.equal(1);
    expect(failures[0]).to.contain("is not right");
  });

  it("takes an access token for ten minutes, and none that was changed", async () => {
    const { accessToken, clients } = await site.user("ada", [{ role: Role.OPERATOR }]);
    expect(await reasonOf(clients.fleet.listHosts({}))).to.equal("ok");
    const [head, body, signature] = accessToken.split(".") as [string, string, string];
    const claims = JSON.parse(Buffer.from(body, "base64url").toString()) as object;
    const forged = Buffer.from(JSON.stringify({ ...claims, sub: "usr-0000000000000000" })).toString("base64url");
    const unsigned = Buffer.from(JSON.stringify({ alg: "none", typ: "at+jwt" })).toString("base64url");
    for (const token of [`${head}.${forged}.${signature}`, `${unsigned}.${body}.`, `${head}.${body}.`, "x.y.z"]) {
      expect(await reasonOf(site.as(token).fleet.listHosts({}))).to.equal("UNAUTHENTICATED");
    }
    site.pass(601_000);
    expect(await reasonOf(clients.fleet.listHosts({}))).to.equal("UNAUTHENTICATED");
  });

  it("goes on with a refresh token once; the second use ends the whole session on every replica", async () => {
    const { refreshToken, accessToken } = await site.user("ada", [{ role: Role.OPERATOR }]);
    const other = await site.replica();
    const next = await site.as().auth.refresh({ refreshToken });
    expect(await reasonOf(site.as(next.accessToken).fleet.listHosts({}))).to.equal("ok");
    expect(next.refreshToken).to.not.equal(refreshToken);

    expect(await reasonOf(other().auth.refresh({ refreshToken }))).to.equal("UNAUTHENTICATED");
    expect(await reasonOf(other().auth.refresh({ refreshToken: next.refreshToken }))).to.equal("UNAUTHENTICATED");
    expect(await reasonOf(other(next.accessToken).fleet.listHosts({}))).to.equal("UNAUTHENTICATED");
    expect(await reasonOf(other(accessToken).fleet.listHosts({}))).to.equal("UNAUTHENTICATED");
    const { events } = await site.admin.audit.listAuditEvents({ method: "phoenix.gateway.v1.AuthService/Refresh" });
    expect(events.map(({ actor, reason }) => [actor, reason])).to.deep.equal([
      ["ada", "a refresh token was used a second time; the session is over"],
    ]);
  });

  it("lets one of many refreshes at the same time through, and ends the session for the others", async () => {
    const { refreshToken } = await site.user("ada", [{ role: Role.OPERATOR }]);
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => reasonOf(site.as().auth.refresh({ refreshToken }))));
    expect(outcomes.toSorted()).to.deep.equal(["UNAUTHENTICATED", "UNAUTHENTICATED", "UNAUTHENTICATED", "ok"]);
  });

  it("is over after a logout, a week without a refresh, another password, and for who is disabled", async () => {
    const ends: Record<string, (user: Awaited<ReturnType<GatewaySite["user"]>>, userId: string) => Promise<unknown>> = {
      logout: ({ refreshToken }) => site.as().auth.logout({ refreshToken }),
      "logout by the access token": ({ clients }) => clients.auth.logout({}),
      password: (_user, userId) =>
        site.admin.auth.updateUser({ userId, password: "another good one", updateMask: { paths: ["password"] } }),
      disabled: (_user, userId) =>
        site.admin.auth.updateUser({ userId, disabled: true, updateMask: { paths: ["disabled"] } }),
      rights: (_user, userId) =>
        site.admin.auth.updateUser({ userId, grants: [{ role: Role.VIEWER }], updateMask: { paths: ["grants"] } }),
      deleted: (_user, userId) => site.admin.auth.deleteUser({ userId }),
    };
    for (const [name, end] of Object.entries(ends)) {
      const user = await site.user(`u-${Object.keys(ends).indexOf(name)}`, [{ role: Role.OPERATOR }]);
      const { identity } = await user.clients.auth.whoAmI({});
      await end(user, identity?.userId ?? "");
      expect(await reasonOf(user.clients.fleet.listHosts({})), name).to.equal("UNAUTHENTICATED");
      expect(await reasonOf(site.as().auth.refresh(user)), name).to.equal("UNAUTHENTICATED");
    }
    const idle = await site.user("idle", [{ role: Role.OPERATOR }]);
    site.pass(8 * 86_400_000);
    expect(await reasonOf(site.as().auth.refresh(idle))).to.equal("UNAUTHENTICATED");
  });

  it("keeps a browser's refresh token in a cookie that goes to two calls alone", async () => {
    await site.user("ada", [{ role: Role.OPERATOR }]);
    const cookies: string[] = [];
    const onHeader = (header: Headers): void => {
      cookies.splice(0, cookies.length, ...header.getSetCookie());
    };
    const login = await site.as().auth.login({ name: "ada", password, cookie: true }, { onHeader });
    expect(login.refreshToken).to.equal("");
    expect(cookies.map((cookie) => /Path=([^;]+)/.exec(cookie)?.[1])).to.deep.equal([
      "/phoenix.gateway.v1.AuthService/Refresh",
      "/phoenix.gateway.v1.AuthService/Logout",
    ]);
    for (const cookie of cookies) expect(cookie).to.contain("HttpOnly; SameSite=Strict");

    const browser = { cookie: `theme=dark; ${cookies[0]?.split(";")[0]}`, origin: "https://phoenix.example.com" };
    const next = await site.as(undefined, browser).auth.refresh({}, { onHeader });
    expect(next.refreshToken).to.equal("");
    expect(await reasonOf(site.as(next.accessToken).fleet.listHosts({}))).to.equal("ok");
    expect(cookies[0]).to.contain("; Secure");
    await site.as(undefined, { cookie: cookies[0]?.split(";")[0] ?? "" }).auth.logout({}, { onHeader });
    expect(cookies[0]).to.contain("phoenix-refresh=;").and.to.contain("1970");
    expect(await reasonOf(site.as(next.accessToken).fleet.listHosts({}))).to.equal("UNAUTHENTICATED");
  });

  it("signs with another key after a month, and takes what the last one signed meanwhile", async () => {
    const keyOf = (token: string): string => Buffer.from(token.split(".")[0] ?? "", "base64url").toString();
    site.pass(30 * 86_400_000 - 300_000);
    const before = await site.as().auth.login({ name: "admin", password });
    site.pass(400_000);
    const after = await site.as().auth.login({ name: "admin", password });
    expect(keyOf(after.accessToken)).to.not.equal(keyOf(before.accessToken));
    expect(await reasonOf(site.as(before.accessToken).fleet.listHosts({}))).to.equal("ok");
    expect(await reasonOf(site.as(after.accessToken).fleet.listHosts({}))).to.equal("ok");
  });

  it("always leaves someone who administers", async () => {
    const { identity } = await site.admin.auth.whoAmI({});
    const userId = identity?.userId ?? "";
    const takeAway = [
      () => site.admin.auth.deleteUser({ userId }),
      () => site.admin.auth.updateUser({ userId, disabled: true, updateMask: { paths: ["disabled"] } }),
      () =>
        site.admin.auth.updateUser({
          ...{ userId, updateMask: { paths: ["grants"] } },
          grants: [{ role: Role.ADMIN, labels: { env: "prod" } }],
        }),
    ];
    for (const call of takeAway) expect(await reasonOf(call())).to.equal("INVALID_FIELD");
    await site.user("root", [{ role: Role.ADMIN }]);
    expect(await reasonOf(site.admin.auth.deleteUser({ userId }))).to.equal("ok");
  });

  it("asks nobody where it is open, and still denies what has no rule", async () => {
    const open = await createGatewaySite({ open: true });
    try {
      expect(open.announced).to.deep.equal([]);
      expect(await open.as().auth.getLoginOptions({})).to.include({ open: true, password: false });
      const { identity } = await open.as().auth.whoAmI({});
      expect(identity).to.include({ open: true, name: "operator" });
      await open.as(undefined, { "x-phoenix-actor": "eve" }).experiments.startExperiment({ experimentId: "exp-1" });
      expect(open.controller.done).to.deep.equal(["operator StartExperiment exp-1"]);
    } finally {
      await open.close();
    }
  });
});

describe("logins that fail", () => {
  let site: Awaited<ReturnType<typeof createGatewaySite>>;

  beforeEach(async () => {
    site = await createGatewaySite();
    // The site's own logins are no part of this.
    await site.db.query("DELETE FROM login_attempts");
  });
  afterEach(() => site.close());

  const fail = (name: string, as = site.as) => reasonOf(as().auth.login({ name, password: "wrong" }));

  it("are slowed down by name on all replicas, for names that nobody has as well", async () => {
    const other = await site.replica();
    for (const name of ["admin", "nobody"]) {
      for (let count = 0; count < 5; count++)
        expect(await fail(name, count % 2 ? other : site.as)).to.equal("UNAUTHENTICATED");
      expect(await fail(name, other), name).to.equal("LOGIN_THROTTLED");
    }
    expect(await reasonOf(site.as().auth.login({ name: "ADMIN", password }))).to.equal("LOGIN_THROTTLED");
    site.pass(1_001);
    expect(await reasonOf(site.as().auth.login({ name: "admin", password }))).to.equal("ok");
    expect(await fail("admin")).to.equal("UNAUTHENTICATED");
  });

  it("wait twice as long each time, up to five minutes, and are forgotten after a quiet quarter of an hour", async () => {
    for (let count = 0; count < 5; count++) await fail("admin");
    for (const seconds of [1, 2, 4, 8]) {
      site.pass(seconds * 1000 - 100);
      expect(await fail("admin"), `${seconds} s`).to.equal("LOGIN_THROTTLED");
      site.pass(101);
      expect(await fail("admin"), `${seconds} s`).to.equal("UNAUTHENTICATED");
    }
    for (let count = 0; count < 20; count++) {
      site.pass(300_000);
      expect(await fail("admin")).to.equal("UNAUTHENTICATED");
    }
    site.pass(300_000);
    expect(await reasonOf(site.as().auth.login({ name: "admin", password }))).to.equal("ok");
  });

  it("gain nothing by being many at once", async () => {
    const outcomes = await Promise.all(Array.from({ length: 12 }, () => fail("admin")));
    expect(outcomes.filter((outcome) => outcome === "UNAUTHENTICATED")).to.have.lengthOf(5);
    expect(outcomes.filter((outcome) => outcome === "LOGIN_THROTTLED")).to.have.lengthOf(7);
  });

  it("are slowed down by address, whatever the names", async () => {
    const outcomes: string[] = [];
    for (let count = 0; count < 21; count++) outcomes.push(await fail(`user-${count}`));
    expect(new Set(outcomes.slice(0, 20))).to.deep.equal(new Set(["UNAUTHENTICATED"]));
    expect(outcomes[20]).to.equal("LOGIN_THROTTLED");
  });

  it("keep no name that may be a password typed into the wrong field", async () => {
    await fail("my secret password");
    const rows = await site.db.query<{ subject: string }>("SELECT subject FROM login_attempts");
    expect(rows.map(({ subject }) => subject).join()).to.not.contain("secret");
  });
});
