import { Code } from "@connectrpc/connect";
import { ErrorReason, fromConnectError } from "@phoenix/platform/errors";
import { stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { connectAgent, createFleetSite, type FleetSite, until } from "../testing/index.ts";

after(stopTestDatabases);

describe("enrolment", () => {
  let site: FleetSite;
  beforeEach(async () => {
    site = await createFleetSite();
  });
  afterEach(() => site.stop());

  const enroll = (enrollmentToken: string, hostName: string, previousHostId = "") =>
    site.agentCalls("").enroll({ enrollmentToken, facts: { hostName }, labels: { own: "yes" }, previousHostId });
  const reasonOf = (call: Promise<unknown>) =>
    call.then(
      () => null,
      (error: unknown) => fromConnectError(error).reason,
    );

  it("gives a host an id, a credential and the labels of both sides", async () => {
    const { secret } = await site.users.createEnrollmentToken({ labels: { env: "test", own: "no" } });
    const enrolled = await enroll(secret, "host-1");
    expect(enrolled.expireTime).to.not.equal(undefined);
    const { host } = await site.users.getHost({ hostId: enrolled.hostId });
    expect(host?.labels).to.deep.equal({ env: "test", own: "yes" });
    expect(host?.facts?.hostName).to.equal("host-1");
  });

  it("counts uses exactly, also when machines come at once, and not those it refuses", async () => {
    const { secret, token } = await site.users.createEnrollmentToken({ maxUses: 2 });
    const outcomes = await Promise.all([1, 2, 3, 4].map((n) => reasonOf(enroll(secret, `host-${n}`))));
    expect(outcomes.filter((reason) => reason === null)).to.have.length(2);
    expect(outcomes.filter((reason) => reason === ErrorReason.ENROLLMENT_TOKEN_REJECTED)).to.have.length(2);
    const { tokens } = await site.users.listEnrollmentTokens({});
    expect(tokens.map(({ tokenId, usesLeft }) => [tokenId, usesLeft])).to.deep.equal([[token?.tokenId, 0]]);
  });

  it("refuses a token that is unknown, over or taken back", async () => {
    expect(await reasonOf(enroll("phxe_unknown-unknown", "host-1"))).to.equal(ErrorReason.ENROLLMENT_TOKEN_REJECTED);
    const revoked = await site.users.createEnrollmentToken({});
    await site.users.revokeEnrollmentToken({ tokenId: revoked.token!.tokenId });
    expect(await reasonOf(enroll(revoked.secret, "host-1"))).to.equal(ErrorReason.ENROLLMENT_TOKEN_REJECTED);
    const over = await site.users.createEnrollmentToken({});
    await site.db.query(
      `update enrollment_tokens set created_at = now() - interval '2 h', expire_at = now() - interval '1 h'`,
    );
    expect(await reasonOf(enroll(over.secret, "host-1"))).to.equal(ErrorReason.ENROLLMENT_TOKEN_REJECTED);
  });

  it("gives a secret once: the same request id again is refused", async () => {
    await site.users.createEnrollmentToken({ requestId: "r1" });
    const again = site.users.createEnrollmentToken({ requestId: "r1" });
    expect(await reasonOf(again)).to.equal(ErrorReason.REQUEST_ID_REUSED);
    expect((await site.users.listEnrollmentTokens({})).tokens).to.have.length(1);
  });

  it("stores no secret", async () => {
    const { secret } = await site.users.createEnrollmentToken({});
    const { credential } = await enroll(secret, "host-1");
    for (const table of ["enrollment_tokens", "agent_credentials", "request_log", "hosts", "agent_status"]) {
      const rows = await site.db.query<{ text: string }>(`select t::text as text from ${table} t`);
      const dump = rows.map((row) => row.text).join();
      for (const kept of [secret, credential]) {
        expect(dump).to.not.contain(kept);
        expect(dump).to.not.contain(Buffer.from(kept).toString("hex"));
      }
    }
  });

  it("keeps the host of a machine that knows its id, and refuses its name to another while it is online", async () => {
    const first = await site.enroll("host-1");
    const agent = connectAgent(site.fleet.agentServer.port, first.credential);
    await agent.next("welcome");
    agent.hello();
    const kept = await site.enroll("host-1", first.hostId);
    expect(kept.hostId).to.equal(first.hostId);
    const { secret } = await site.users.createEnrollmentToken({});
    const refusal = await enroll(secret, "host-1").catch(fromConnectError);
    expect(refusal).to.include({ code: Code.AlreadyExists, reason: ErrorReason.ENROLLMENT_TOKEN_REJECTED });
    agent.say({ case: "goodbye", value: {} });
    await agent.end();
    await until("it departed", async () => (await site.hostState(first.hostId)) === "departed");
    const second = await enroll(secret, "host-1");
    expect(second.hostId).to.not.equal(first.hostId);
    expect(await reasonOf(site.users.getHost({ hostId: first.hostId }))).to.equal(ErrorReason.HOST_NOT_FOUND);
    expect(await reasonOf(site.agentCalls(kept.credential).renewCredential({}))).to.equal(
      ErrorReason.CREDENTIAL_REJECTED,
    );
  });
});
