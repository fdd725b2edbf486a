import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import pg from "pg";
import { ErrorReason, isPhoenixError } from "../../errors/index.ts";
import { sleep } from "../../lifecycle/index.ts";
import { createLogger } from "../../logging/index.ts";
import { copyBinaries, findBinaries, requireRunnable } from "./binaries.ts";
import { prepareDirectory } from "./cluster.ts";
import { type EmbeddedDatabase, startEmbeddedDatabase } from "./index.ts";
import { inspectProcess } from "./process-state.ts";
import { findBarrier, findUnprivilegedUser } from "./unprivileged-user.ts";

const logger = createLogger({ name: "test", level: "silent" });
const module = fileURLToPath(new URL("./index.ts", import.meta.url));
const logging = fileURLToPath(new URL("../../logging/index.ts", import.meta.url));

const query = async (url: string, sql: string): Promise<Record<string, unknown>[]> => {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
};

/** Polls until `check` holds; fails the test after ten seconds. */
const eventually = async (what: string, check: () => Promise<boolean>): Promise<void> => {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline; await sleep(25)) if (await check()) return;
  throw new Error(`${what} did not happen within 10 s`);
};

const failureOf = async (work: Promise<unknown>): Promise<Error> => {
  try {
    await work;
  } catch (error) {
    return error as Error;
  }
  throw new Error("it was expected to fail");
};

/** Starts a server process of its own on a directory and gives it once the database runs. */
const startServerProcess = async (dataDir: string) => {
  const code = `const { startEmbeddedDatabase } = await import(${JSON.stringify(module)});
    const { createLogger } = await import(${JSON.stringify(logging)});
    const db = await startEmbeddedDatabase({ dataDir: ${JSON.stringify(dataDir)}, durable: false, logger: createLogger({ name: "child", level: "error" }) });
    console.log(JSON.stringify({ pid: db.pid, url: db.url }));`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(child.stdout, "data");
  return { child, database: JSON.parse(String(line)) as { pid: number; url: string } };
};

describe("startEmbeddedDatabase", function () {
  this.timeout(60_000);
  let directory: string;
  const running: EmbeddedDatabase[] = [];
  const start = async (dataDir = directory): Promise<EmbeddedDatabase> => {
    const database = await startEmbeddedDatabase({ dataDir, logger, durable: false });
    running.push(database);
    return database;
  };

  before(() => {
    directory = mkdtempSync(join(tmpdir(), "phoenix-embedded-"));
  });
  afterEach(async () => {
    for (const database of running.splice(0)) await database.stop();
  });
  after(() => rmSync(directory, { recursive: true }));

  it("runs a PostgreSQL that only this machine can reach, with a password", async () => {
    const database = await start();
    const [row] = await query(
      database.url,
      `SELECT current_setting('listen_addresses') AS addresses, current_setting('unix_socket_directories') AS sockets,
         current_setting('password_encryption') AS passwords, current_setting('server_version_num')::int >= 180000 AS modern,
         current_database() AS name`,
    );
    expect(row).to.deep.equal({
      addresses: "127.0.0.1",
      sockets: "",
      passwords: "scram-sha-256",
      modern: true,
      name: "phoenix",
    });
    const wrong = new URL(database.url);
    wrong.password = "wrong";
    expect((await failureOf(query(wrong.href, "SELECT 1"))).message).to.match(/password authentication failed/);
    expect(statSync(join(directory, "cluster", "phoenix.password")).mode & 0o777).to.equal(0o600);
    expect(database.takenOver).to.equal(false);
  });

  it("keeps the data from one run to the next and leaves no process behind", async () => {
    const first = await start();
    await query(first.url, "CREATE TABLE kept AS SELECT 7 AS n");
    const { pid } = first;
    await Promise.all([first.stop(), first.stop()]);
    expect(await inspectProcess(pid)).to.equal("gone");
    expect(() => statSync(join(directory, "server.json"))).to.throw(/ENOENT/);
    expect(() => statSync(join(directory, "cluster", "postmaster.pid"))).to.throw(/ENOENT/);
    const second = await start();
    expect(await query(second.url, "SELECT n FROM kept")).to.deep.equal([{ n: 7 }]);
  });

  it("takes over the server a killed process left running", async () => {
    const { child, database: left } = await startServerProcess(directory);
    await query(left.url, "CREATE TABLE IF NOT EXISTS before_the_kill AS SELECT 1 AS n");
    const closed = once(child, "close");
    child.kill("SIGKILL");
    await closed;
    expect(await inspectProcess(left.pid)).to.equal("postgres");
    const database = await start();
    expect(database.takenOver).to.equal(true);
    expect(database.pid).to.equal(left.pid);
    expect(await query(database.url, "SELECT n FROM before_the_kill")).to.deep.equal([{ n: 1 }]);
    await database.stop();
    expect(await inspectProcess(left.pid)).to.be.oneOf(["gone", "dead"]);
  });

  it("refuses a second server on the same directory and names the first", async () => {
    const first = await start();
    const failure = await failureOf(startEmbeddedDatabase({ dataDir: directory, logger }));
    expect(isPhoenixError(failure, ErrorReason.DATABASE_UNAVAILABLE)).to.equal(true);
    expect(failure.message)
      .to.contain(`process ${process.pid} `)
      .and.to.match(/in use by another Phoenix server/);
    expect(await query(first.url, "SELECT 1 AS one")).to.deep.equal([{ one: 1 }]);
  });

  it("lets one of two that start at once on a new directory win, and leaves nothing half made", async () => {
    const fresh = join(directory, "fresh");
    const outcomes = await Promise.allSettled([start(fresh), start(fresh)]);
    expect(outcomes.map((outcome) => outcome.status).sort()).to.deep.equal(["fulfilled", "rejected"]);
    const [winner] = running;
    expect(await query(winner?.url ?? "", "SELECT 1 AS one")).to.deep.equal([{ one: 1 }]);
  });

  it("restores a server that dies under it, at the same address", async () => {
    const database = await start();
    const { pid } = database;
    process.kill(pid, "SIGKILL");
    await eventually("the restart", () =>
      query(database.url, "SELECT 1").then(
        () => database.pid !== pid,
        () => false,
      ),
    );
  });

  it("starts although the process id in the old file belongs to a stranger by now", async () => {
    const database = await start();
    await database.stop();
    const user = await findUnprivilegedUser();
    const as = user === undefined ? {} : { uid: user.uid, gid: user.gid };
    const stranger = spawn("sleep", ["600"], { stdio: "ignore", ...as });
    await once(stranger, "spawn");
    try {
      const file = join(directory, "cluster", "postmaster.pid");
      writeFileSync(file, `${stranger.pid}\n${directory}/cluster\n1700000000\n5433\n\n127.0.0.1\n  0 0\nready   \n`);
      if (user !== undefined) chmodSync(file, 0o666);
      const again = await start();
      expect(again.takenOver).to.equal(false);
      expect(await inspectProcess(stranger.pid ?? 0)).to.equal("other");
    } finally {
      stranger.kill("SIGKILL");
      await once(stranger, "close");
    }
  });

  it("says in one line that a directory cannot be made", async () => {
    writeFileSync(join(directory, "a-file"), "");
    const failure = await failureOf(startEmbeddedDatabase({ dataDir: join(directory, "a-file", "data"), logger }));
    expect(failure.message).to.match(/database directory .*a-file\/data cannot be used: .*Name another directory/);
    expect(failure.message).to.not.contain("\n");
  });

  it("refuses a directory with a cluster it did not make", async () => {
    mkdirSync(join(directory, "foreign", "cluster"), { recursive: true });
    const failure = await failureOf(startEmbeddedDatabase({ dataDir: join(directory, "foreign"), logger }));
    expect(failure.message).to.match(/has no phoenix\.password, so Phoenix did not make it/);
  });
});

describe("copyBinaries", () => {
  it("makes a copy that runs, once", async () => {
    const directory = mkdtempSync(join(tmpdir(), "phoenix-binaries-"));
    try {
      const user = await findUnprivilegedUser();
      await prepareDirectory(directory, user);
      const installed = await findBinaries(directory, user);
      const copies = await Promise.all([copyBinaries(installed, directory), copyBinaries(installed, directory)]);
      const [copy] = copies;
      expect(copies[1]).to.deep.equal(copy);
      expect(copy?.postgres).to.match(new RegExp(`^${directory}/binaries-`));
      await requireRunnable(copy?.postgres ?? "", user);
      expect(readdirSync(directory)).to.have.lengthOf(1);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it("is asked for nothing it cannot run: a program that is none is refused in one line", async () => {
    const failure = await failureOf(requireRunnable(join(tmpdir(), "no-such-postgres"), await findUnprivilegedUser()));
    expect(failure.message)
      .to.match(/no-such-postgres does not run.*PHOENIX_DATABASE_URL/)
      .and.not.contain("\n");
  });
});

describe("findBarrier", () => {
  it("names the outermost directory a user may not pass, and nothing where all are open", async () => {
    const directory = mkdtempSync(join(tmpdir(), "phoenix-barrier-"));
    const inner = join(directory, "shut", "inner");
    mkdirSync(inner, { recursive: true });
    chmodSync(directory, 0o755);
    chmodSync(join(directory, "shut"), 0o700);
    try {
      const stranger = { name: "stranger", uid: 54_321, gid: 54_321 };
      expect(await findBarrier(inner, stranger)).to.equal(join(directory, "shut"));
      expect(await findBarrier(directory, stranger)).to.equal(undefined);
      const owner = { name: "owner", uid: statSync(inner).uid, gid: 54_321 };
      expect(await findBarrier(inner, owner)).to.equal(undefined);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
