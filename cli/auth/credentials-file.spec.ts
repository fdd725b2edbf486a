import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { CommandError } from "../output/command-error.ts";
import {
  type CredentialsFile,
  defaultCredentialsPath,
  openCredentialsFile,
  type SavedLogin,
} from "./credentials-file.ts";

const server = "http://127.0.0.1:7470";
const login = (name: string): SavedLogin => ({
  name,
  accessToken: `a-${name}`,
  refreshToken: `r-${name}`,
  expireMs: 1,
});

describe("the file of logins", () => {
  let folder: string;
  let file: CredentialsFile;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "phoenix-credentials-"));
    file = openCredentialsFile(join(folder, "config", "phoenix", "credentials.json"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is where the user's configuration is by custom", () => {
    expect(defaultCredentialsPath({ XDG_CONFIG_HOME: "/x" })).to.equal("/x/phoenix/credentials.json");
    expect(defaultCredentialsPath({})).to.match(/\/\.config\/phoenix\/credentials\.json$/);
  });

  it("keeps a login for each server, whatever the path of its address, for its owner alone", async () => {
    expect(await file.read(server)).to.equal(undefined);
    await file.update(server, async () => login("ada"));
    await file.update("https://phoenix.example.com", async () => login("ben"));
    expect(await file.read(`${server}/`)).to.deep.equal(login("ada"));
    expect(await file.read("https://phoenix.example.com/")).to.deep.equal(login("ben"));
    expect(await file.read("https://phoenix.example.com:8443")).to.equal(undefined);
    expect(statSync(file.path).mode & 0o777).to.equal(0o600);
    await file.update(server, async () => undefined);
    expect(readFileSync(file.path, "utf8")).to.not.contain("ada");
    expect(await file.read("https://phoenix.example.com")).to.deep.equal(login("ben"));
  });

  it("lets one change at a time see what the one before left", async () => {
    const seen: (string | undefined)[] = [];
    await Promise.all(
      ["1", "2", "3", "4"].map((name) =>
        file.update(server, async (current) => {
          seen.push(current?.name);
          return login(`${current?.name ?? ""}${name}`);
        }),
      ),
    );
    const last = await file.read(server);
    expect([...(last?.name ?? "")].toSorted().join("")).to.equal("1234");
    expect(new Set(seen).size).to.equal(4);
  });

  it("stays as it was when a change fails, and takes over what a command that died left behind", async () => {
    await file.update(server, async () => login("ada"));
    let failed = false;
    try {
      await file.update(server, async () => {
        throw new Error("the server is away");
      });
    } catch {
      failed = true;
    }
    expect(failed).to.equal(true);
    const lock = `${file.path}.lock`;
    expect(existsSync(lock)).to.equal(false);
    writeFileSync(lock, "");
    const longAgo = Date.now() / 1000 - 180;
    utimesSync(lock, longAgo, longAgo);
    await file.update(server, async () => login("ben"));
    expect((await file.read(server))?.name).to.equal("ben");
  });

  it("says what to do about a file that is not one", async () => {
    await file.update(server, async () => login("ada"));
    for (const text of ["{", '{"version":2}', "[]"]) {
      writeFileSync(file.path, text);
      const failure = await file.read(server).catch((error: unknown) => error);
      expect(failure, text).to.be.instanceOf(CommandError);
      expect((failure as Error).message)
        .to.contain(file.path)
        .and.to.contain("log in again");
    }
  });
});
