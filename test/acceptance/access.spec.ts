import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Database } from "@phoenix/platform/database";
import { createTestDatabase, stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { eventually } from "../harness/eventually.ts";
import { type CommandResult, runCommand, startCommand } from "../harness/phoenix-command.ts";
import { createSite, type Site } from "../harness/site.ts";

after(stopTestDatabases);

const entry = fileURLToPath(new URL("../../cli/bin/phoenix.mjs", import.meta.url));
const matrix = readFileSync(new URL("../../docs/access.md", import.meta.url), "utf8");
const password = "correct horse battery";

type Answer = { status: number; cookies: string[]; body: Record<string, string> };

describe("access to a server", function () {
  this.timeout(180_000);
  let site: Site;
  let db: Database;
  let folder: string;
  let first: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "phoenix-access-"));
    db = await createTestDatabase();
    site = await createSite({ login: true });
    await site.startServer(["--database-url", db.url]);
  });

  after(async () => {
    await site.close();
    await db.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A call as any program makes it, by HTTP alone. */
  async function call(method: string, body: object, token = "", headers: Record<string, string> = {}): Promise<Answer> {
    const response = await fetch(`${site.apiUrl}/phoenix.${method}`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
      body: JSON.stringify(body),
    });
    const answer = (await response.json()) as Record<string, string>;
    const details = (answer as { details?: { debug?: { reason?: string } }[] }).details;
    const reason = details?.find(({ debug }) => debug?.reason !== undefined)?.debug?.reason ?? "";
    return { status: response.status, cookies: response.headers.getSetCookie(), body: { ...answer, reason } };
  }

  /** `phoenix <args>` as a person of their own, with what is written to its standard input. */
  async function phoenix(person: string, args: string[], input = ""): Promise<CommandResult> {
    const child = spawn(process.execPath, [entry, ...args, "--server", site.apiUrl], {
      env: { ...process.env, XDG_CONFIG_HOME: join(folder, person), PHOENIX_TOKEN: "" },
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.stdin.end(input);
    const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
    return { code, signal, stdout, stderr };
  }

  /** Logs in by name and password. */
  const login = (name: string, secret = password) => call("gateway.v1.AuthService/Login", { name, password: secret });

  it("begins with a password on standard output, told once and in no log", async () => {
    const seen = site.server!.said();
    first = /^ {2}password {2}(\S+)$/m.exec(seen.stdout)?.[1] ?? "";
    expect(first).to.match(/^[\w-]{20}$/);
    expect(seen.stdout).to.match(/^ {2}name {6}admin$/m);
    expect(seen.stderr).to.contain("phoenix is ready").and.to.not.contain(first);

    await site.end(site.server!, "SIGTERM");
    await site.startServer(["--database-url", db.url]);
    expect(site.server!.said().stdout).to.equal("");
  });

  it("lets nobody do anything without a login", async () => {
    expect((await call("controller.v1.FleetService/ListHosts", {})).body.reason).to.equal("UNAUTHENTICATED");
    const refused = await phoenix("nobody", ["host", "list"]);
    expect(refused.code).to.equal(4);
    expect(refused.stderr)
      .to.contain("phoenix auth login")
      .and.to.not.match(/^\s+at /m);
    const options = await call("gateway.v1.AuthService/GetLoginOptions", {});
    expect(options.body).to.include({ password: true });
  });

  it("has the first password changed before anything else, on the command line too", async () => {
    const args = ["auth", "login", "--name", "admin", "--password-stdin"];
    expect((await phoenix("ada", args, "wrong\n")).code).to.equal(4);
    const entered = await phoenix("ada", args, `${first}\n`);
    expect(entered.code, entered.stderr).to.equal(0);
    expect(entered.stderr).to.contain("phoenix auth passwd");
    const kept = join(folder, "ada", "phoenix", "credentials.json");
    expect(statSync(kept).mode & 0o777).to.equal(0o600);
    expect(readFileSync(kept, "utf8")).to.contain(site.apiUrl).and.to.not.contain(first);

    const early = await phoenix("ada", ["host", "list"]);
    expect(early.code).to.equal(4);
    expect(early.stderr).to.contain("phoenix auth passwd");
    const changed = await phoenix("ada", ["auth", "passwd", "--password-stdin"], `${first}\n${password}\n`);
    expect(changed.code, changed.stderr).to.equal(0);
    expect((await phoenix("ada", ["host", "list"])).code).to.equal(0);
    const { identity } = JSON.parse((await phoenix("ada", ["auth", "whoami", "-o", "json"])).stdout) as {
      identity: object;
    };
    expect(identity).to.deep.include({ name: "admin", grants: [{ role: "ROLE_ADMIN" }] });
  });

  it("denies a viewer at the API what a viewer may not, and says what is missing", async () => {
    const made = await phoenix("ada", ["user", "create", "vera", "--grant", "viewer"]);
    const secret = made.stdout.trim();
    const login1 = await login("vera", secret);
    const change = { currentPassword: secret, newPassword: password };
    expect((await call("gateway.v1.AuthService/ChangePassword", change, login1.body.accessToken)).status).to.equal(200);
    const { accessToken = "" } = (await login("vera")).body;
    expect((await call("controller.v1.FleetService/ListHosts", {}, accessToken)).status).to.equal(200);
    const denied = await call("controller.v1.FleetService/CreateEnrollmentToken", {}, accessToken);
    expect(denied.status).to.equal(403);
    expect(denied.body).to.include({ code: "permission_denied", reason: "PERMISSION_DENIED" });
    expect(denied.body.message).to.contain("admin").and.to.contain("vera");
    const users = await call("gateway.v1.AuthService/ListUsers", {}, accessToken);
    expect(users.body.reason).to.equal("PERMISSION_DENIED");
  });

  it("ends a whole login when its refresh token comes a second time", async () => {
    const { accessToken = "", refreshToken = "" } = (await login("vera")).body;
    const next = await call("gateway.v1.AuthService/Refresh", { refreshToken });
    expect(next.status).to.equal(200);
    const stolen = await call("gateway.v1.AuthService/Refresh", { refreshToken });
    expect(stolen.body.reason).to.equal("UNAUTHENTICATED");
    for (const token of [accessToken, next.body.accessToken ?? ""]) {
      expect((await call("controller.v1.FleetService/ListHosts", {}, token)).body.reason).to.equal("UNAUTHENTICATED");
    }
    const again = await call("gateway.v1.AuthService/Refresh", { refreshToken: next.body.refreshToken });
    expect(again.body.reason).to.equal("UNAUTHENTICATED");
  });

  it("refuses a token in an address, even a good one", async () => {
    const { accessToken = "" } = (await login("vera")).body;
    for (const name of ["access_token", "token", "x"]) {
      const path = `controller.v1.FleetService/ListHosts?${name}=${accessToken}`;
      for (const header of ["", accessToken]) {
        const refused = await call(path, {}, header);
        expect(refused.status).to.equal(401);
        expect(refused.body.message).to.contain("address");
      }
    }
    expect(site.server!.said().stderr).to.not.contain(accessToken);
  });

  it("keeps a browser's refresh token in a cookie that no script reads", async () => {
    const entered = await call("gateway.v1.AuthService/Login", { name: "vera", password, cookie: true });
    expect(entered.body.refreshToken).to.equal(undefined);
    expect(entered.cookies).to.have.lengthOf(2);
    for (const cookie of entered.cookies) expect(cookie).to.match(/; HttpOnly; SameSite=Strict$/);
    const cookie = entered.cookies[0]?.split(";")[0] ?? "";
    const foreign = { cookie, origin: "http://evil.example" };
    const refused = await fetch(`${site.apiUrl}/phoenix.gateway.v1.AuthService/Refresh`, {
      ...{ method: "POST", body: "{}" },
      headers: { "content-type": "application/json", ...foreign },
    });
    expect(refused.status).to.equal(403);
    const next = await call("gateway.v1.AuthService/Refresh", {}, "", { cookie });
    expect(next.status).to.equal(200);
    expect(next.cookies[0]).to.not.contain(cookie);
  });

  it("renews the login of the command line by itself, also when several commands run at once", async () => {
    const path = join(folder, "ada", "phoenix", "credentials.json");
    const tokens = () =>
      Object.values(
        (JSON.parse(readFileSync(path, "utf8")) as { servers: Record<string, { refreshToken: string }> }).servers,
      );
    const before = tokens()[0]?.refreshToken;
    // What ten minutes do: the database ends nothing, the token is no good any more.
    await db.query("UPDATE signing_keys SET retire_time = create_time + interval '1 second' WHERE purpose = 'access'");
    await site.end(site.server!, "SIGTERM");
    await db.query("DELETE FROM signing_keys WHERE purpose = 'access'");
    await site.startServer(["--database-url", db.url]);
    const results = await Promise.all([1, 2, 3].map(() => phoenix("ada", ["user", "list"])));
    for (const { code, stderr } of results) expect(code, stderr).to.equal(0);
    expect(tokens()[0]?.refreshToken).to.not.equal(before);
  });

  it("takes tokens for programs within their scopes", async () => {
    const made = await phoenix("ada", ["token", "create", "ci", "--scope", "phoenix.controller.v1.FleetService/*"]);
    expect(made.code, made.stderr).to.equal(0);
    const environment = { PHOENIX_TOKEN: made.stdout.trim(), XDG_CONFIG_HOME: join(folder, "ci") };
    const server = ["--server", site.apiUrl];
    expect((await runCommand(["host", "list", ...server], environment)).code).to.equal(0);
    const denied = await runCommand(["experiment", "list", ...server], environment);
    expect(denied.code).to.equal(4);
    expect(denied.stderr).to.contain("scopes");
  });

  it("prints the matrix that its page shows", async () => {
    const { stdout } = await phoenix("ada", ["auth", "matrix"]);
    const [, ...lines] = stdout.trim().split("\n");
    const rows = matrix.split("\n").filter((line) => /^\| [a-z]+ [A-Z]\w+Service\//.test(line));
    expect(lines.map((line) => line.trim().split(/ {2,}/))).to.deep.equal(
      rows.map((row) =>
        row
          .split("|")
          .map((cell) => cell.trim())
          .filter(Boolean),
      ),
    );
  });

  it("keeps an audit whose chain fits, and finds an entry that someone changed", async () => {
    const listed = await phoenix("ada", ["audit", "list", "--actor", "vera", "-o", "json"]);
    const { events } = JSON.parse(listed.stdout) as { events: { method: string; outcome: string; source: string }[] };
    const denied = events.find(({ method }) => method.endsWith("/CreateEnrollmentToken"));
    expect(denied).to.include({ outcome: "PERMISSION_DENIED", source: "127.0.0.1" });
    const whole = await phoenix("ada", ["audit", "verify"]);
    expect(whole.code, whole.stdout).to.equal(0);
    await db.transaction(async (tx) => {
      await tx.query("ALTER TABLE audit_events DISABLE TRIGGER USER");
      await tx.query("UPDATE audit_events SET outcome = 'ok' WHERE actor = 'vera' AND outcome = 'PERMISSION_DENIED'");
      await tx.query("ALTER TABLE audit_events ENABLE TRIGGER USER");
    });
    const broken = await phoenix("ada", ["audit", "verify"]);
    expect(broken.code).to.equal(4);
    expect(broken.stdout).to.match(/^entry \d+ does not fit/);
  });

  it("slows down who guesses", async () => {
    const outcomes: string[] = [];
    for (let count = 0; count < 6; count++) outcomes.push((await login("mallory", "guess")).body.reason ?? "");
    expect(outcomes).to.deep.equal([...Array<string>(5).fill("UNAUTHENTICATED"), "LOGIN_THROTTLED"]);
  });

  it("has services apart serve each other alone, and believe the gateway who is behind a call", async () => {
    const start = async (services: string, args: string[]): Promise<string> => {
      const readyFile = join(folder, `${services}.json`);
      const command = startCommand(
        ["server", "--services", services, "--port", "0", "--agent-port", "0", "--ready-file", readyFile, ...args],
        { PHOENIX_DATABASE_URL: db.url },
      );
      started.push(command);
      return eventually(`${services} to be ready`, () => {
        if (command.child.exitCode !== null) throw new Error(command.output());
        return (JSON.parse(readFileSync(readyFile, "utf8")) as { apiUrl: string }).apiUrl;
      });
    };
    const started: ReturnType<typeof startCommand>[] = [];
    try {
      const pipelines = await start("pipelines", []);
      const gateway = await start("controller,benchmark,analytics,gateway", ["--pipelines-url", pipelines]);
      const { accessToken = "" } = (await login("admin")).body;
      const post = async (server: string, method: string, headers: Record<string, string>, body: object) => {
        const response = await fetch(`${server}/phoenix.pipelines.v1.PipelineService/${method}`, {
          ...{ method: "POST", body: JSON.stringify(body) },
          headers: { "content-type": "application/json", "x-phoenix-actor": "eve", ...headers },
        });
        return { status: response.status, body: JSON.stringify(await response.json()) };
      };
      const signed = { authorization: `Bearer ${accessToken}` };
      expect((await post(pipelines, "ListPipelines", signed, {})).status).to.equal(401);
      const shipped = new URL("../../catalog/process-baseline-v1/pipeline.yaml", import.meta.url);
      const pipelineFile = readFileSync(shipped, "utf8").replace(/^name: .*$/m, "name: process-mine-v1");
      const created = await post(gateway, "CreatePipelineVersion", signed, { pipelineFile });
      expect(created.status, created.body).to.equal(200);
      const versions = await post(gateway, "ListPipelineVersions", signed, { name: "process-mine-v1" });
      expect(versions.body).to.contain('"author":"admin"').and.to.not.contain('"eve"');
    } finally {
      for (const command of started.toReversed()) await site.end(command, "SIGTERM");
    }
  });

  it("is open on loopback alone", async () => {
    const args = [
      "server",
      "--port",
      "0",
      "--agent-port",
      "0",
      "--data-dir",
      join(folder, "open"),
      "--host",
      "0.0.0.0",
    ];
    for (const more of [["--open"], ["--open", "--insecure"], []]) {
      const { code, stderr } = await runCommand([...args, ...more]);
      expect(code, more.join(" ")).to.equal(2);
      expect(stderr).to.contain(more.includes("--open") ? "everyone an administrator" : "--insecure");
    }
  });
});
