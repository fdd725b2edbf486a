import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLogger } from "@phoenix/platform/logging";
import { expect } from "chai";
import { type ControllerPort, createControllerPort } from "../controller-port/index.ts";
import { createScriptedController, eventually, type ScriptedController } from "../scripted-controller/index.ts";
import { createCredentials, createRenewal, ensureIdentity, type Identity } from "./index.ts";
import { isDue } from "./renewal.ts";

const logger = createLogger({ name: "test", level: "silent" });
const token = "a-token-for-one-enrolment";

describe("enrolment", () => {
  let controller: ScriptedController;
  let port: ControllerPort;
  let directory: string;
  const file = () => join(directory, "identity.json");
  const ensure = (enrollmentToken?: string, signal = new AbortController().signal): Promise<Identity> =>
    ensureIdentity({ directory, port, enrollmentToken, facts: { hostName: "h" }, labels: {}, logger, signal });
  const failure = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => "no failure",
      (error: Error) => error.message,
    );

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "phoenix-enrolment-"));
    controller = await createScriptedController();
    controller.tokens.add(token);
    port = createControllerPort({ address: controller.address });
  });
  afterEach(async () => {
    port.close();
    await controller.kill();
    await rm(directory, { recursive: true, force: true });
  });

  it("turns a token into an identity that only its owner can read, and needs none afterwards", async () => {
    const identity = await ensure(token);
    expect(identity).to.deep.include({ hostId: "host-1", hostName: "h" });
    expect((await stat(file())).mode & 0o777).to.equal(0o600);
    await controller.kill();
    expect(await ensure()).to.deep.equal(identity);
  });

  it("keeps the identity when a token is given that is not needed", async () => {
    const identity = await ensure(token);
    controller.tokens.add(token);
    expect(await ensure(token)).to.deep.equal(identity);
    expect(controller.tokens.has(token)).to.equal(true);
  });

  it("enrols again when the stored credential is refused and there is a token", async () => {
    const identity = await ensure(token);
    controller.credentials.clear();
    controller.tokens.add(token);
    expect((await ensure(token)).credential.secret).to.not.equal(identity.credential.secret);
  });

  it("refuses a token that is no good, and says what to do without one", async () => {
    expect(await failure(ensure("another-token-that-is-unknown"))).to.contain("enrolment token");
    expect(await failure(ensure())).to.contain("phoenix host enroll-token");
  });

  it("waits for a controller that is away, until told not to", async () => {
    await controller.kill();
    const stop = new AbortController();
    const waiting = failure(ensure(token, stop.signal));
    const enrolled = ensure(token);
    setTimeout(() => stop.abort(), 50);
    expect(await waiting).to.not.equal("no failure");
    await controller.start();
    expect((await enrolled).hostId).to.equal("host-1");
  }).timeout(10_000);

  it("says which file is damaged", async () => {
    await writeFile(file(), "{");
    expect(await failure(ensure(token))).to.contain(file());
  });

  describe("that is about to end", () => {
    const dueIdentity = async (): Promise<Identity> => {
      const identity = await ensure(token);
      const now = Date.now();
      const credential = { ...identity.credential, issuedAtMs: now - 3_000_000, expiresAtMs: now + 600_000 };
      return { ...identity, credential };
    };

    it("is renewed: the candidate is tried first and then takes its place, in the file too", async () => {
      const identity = await dueIdentity();
      const credentials = createCredentials(directory, identity);
      const renewal = createRenewal({ port, credentials, logger });
      await renewal.start();
      await eventually("the swap", () => credentials.secret() !== identity.credential.secret);
      await renewal.stop();
      expect(JSON.parse(await readFile(file(), "utf8")).credential.secret).to.equal(credentials.secret());
      expect(credentials.candidate()).to.equal(null);
    });

    it("is kept when the candidate is refused", async () => {
      const identity = await dueIdentity();
      const credentials = createCredentials(directory, identity);
      const issued = credentials.propose;
      let proposed = 0;
      const renewal = createRenewal({
        port,
        credentials: {
          ...credentials,
          propose: (candidate) => {
            proposed += 1;
            controller.credentials.delete(candidate.secret);
            return issued(candidate);
          },
        },
        logger,
      });
      await renewal.start();
      await eventually("the refusal", () => proposed === 1 && credentials.candidate() === null);
      await renewal.stop();
      expect(credentials.secret()).to.equal(identity.credential.secret);
    });

    it("is due after two thirds of its life, and when the clock went back behind its beginning", () => {
      const credential = { secret: "", issuedAtMs: 1_000, expiresAtMs: 4_000 };
      expect([999, 1_000, 2_999, 3_000].map((now) => isDue(credential, now))).to.deep.equal([true, false, false, true]);
      expect(isDue({ ...credential, expiresAtMs: null }, 9e15)).to.equal(false);
    });
  });
});
