import { Role } from "@phoenix/gen/phoenix/gateway/v1/auth_pb.ts";
import { stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { createGatewaySite, password, reasonOf } from "./testing/gateway-site.ts";

after(stopTestDatabases);

describe("the audit", () => {
  let site: Awaited<ReturnType<typeof createGatewaySite>>;

  beforeEach(async () => {
    site = await createGatewaySite();
  });
  afterEach(() => site.close());

  const newest = async () => (await site.admin.audit.listAuditEvents({ pageSize: 1 })).events[0]!;

  /** Changes entries past the guard, as someone with the database's own rights can. */
  async function tamper(sql: string): Promise<void> {
    await site.db.transaction(async (tx) => {
      await tx.query("ALTER TABLE audit_events DISABLE TRIGGER USER");
      await tx.query(sql);
      await tx.query("ALTER TABLE audit_events ENABLE TRIGGER USER");
    });
  }

  it("says who did what to what, with what was there before and after, and why", async () => {
    const { clients } = await site.user("anna", [{ role: Role.APPROVER }]);
    await clients.experiments.promoteExperiment({ experimentId: "exp-1", reason: "cheaper" });
    const { actor, method, subject, outcome, before, after, reason, requestId } = await newest();
    expect({ actor, method, subject, outcome, reason }).to.deep.equal({
      actor: "anna",
      method: "phoenix.controller.v1.ExperimentService/PromoteExperiment",
      subject: "exp-1",
      outcome: "ok",
      reason: "cheaper",
    });
    expect(JSON.parse(before)).to.include({ experimentId: "exp-1", name: "try 1" });
    expect(JSON.parse(after)).to.have.nested.property("asked.experimentId", "exp-1");
    expect(requestId).to.not.equal("");
  });

  it("says why something was done to a host", async () => {
    const hostId = "h-1";
    await site.admin.fleet.drainHost({ hostId, draining: true, reason: "a new disk" });
    expect(await newest()).to.include({ subject: hostId, outcome: "ok", reason: "a new disk" });
    await site.admin.fleet.updateHost({ hostId, updateMask: { paths: ["labels"] }, reason: "it moved" });
    expect(await newest()).to.include({ subject: hostId, outcome: "ok", reason: "it moved" });
  });

  it("has what was denied and what failed, and who tried to log in", async () => {
    const { clients } = await site.user("vera", [{ role: Role.VIEWER }]);
    await reasonOf(clients.experiments.startExperiment({ experimentId: "exp-1" }));
    expect(await newest()).to.include({ actor: "vera", subject: "exp-1", outcome: "PERMISSION_DENIED" });
    await reasonOf(site.admin.experiments.startExperiment({ experimentId: "exp-7" }));
    expect(await newest()).to.include({
      actor: "admin",
      subject: "exp-7",
      outcome: "EXPERIMENT_NOT_FOUND",
      before: "",
    });
    await reasonOf(site.as().auth.login({ name: "mallory", password: "guess" }));
    expect(await newest()).to.include({ actor: "", subject: "mallory", outcome: "UNAUTHENTICATED" });
  });

  it("has no secret in it", async () => {
    const made = await site.admin.auth.createUser({ name: "vera", grants: [] });
    const login = await site.as().auth.login({ name: "vera", password: made.password });
    await site.as(login.accessToken).auth.changePassword({ currentPassword: made.password, newPassword: password });
    const { secret } = await site.admin.auth.createApiToken({ name: "ci" });
    await site.admin.fleet.createEnrollmentToken({});
    await site.as().auth.logout({ refreshToken: login.refreshToken });
    const rows = await site.db.query("SELECT * FROM audit_events");
    const text = JSON.stringify(rows);
    for (const hidden of [made.password, login.accessToken, login.refreshToken, password, secret, "enrol-me"]) {
      expect(text.includes(hidden), hidden.slice(0, 4)).to.equal(false);
    }
    expect(text).to.contain("(secret)");
    const stored = JSON.stringify(await site.db.query("SELECT convert_from(response, 'SQL_ASCII') FROM request_log"));
    expect(stored).to.not.contain(secret).and.to.not.contain(made.password);
  });

  it("is found by actor, call, subject and time, page by page", async () => {
    const { clients } = await site.user("olga", [{ role: Role.OPERATOR }]);
    for (const experimentId of ["exp-1", "exp-2", "exp-1"]) {
      site.pass(60_000);
      await clients.experiments.startExperiment({ experimentId });
    }
    const method = "phoenix.controller.v1.ExperimentService/StartExperiment";
    const first = await site.admin.audit.listAuditEvents({ actor: "olga", method, pageSize: 2 });
    expect(first.events.map(({ subject }) => subject)).to.deep.equal(["exp-1", "exp-2"]);
    const second = await site.admin.audit.listAuditEvents({ actor: "olga", method, pageToken: first.nextPageToken });
    expect(second.events.map(({ subject }) => subject)).to.deep.equal(["exp-1"]);
    expect(second.nextPageToken).to.equal("");
    const other = site.admin.audit.listAuditEvents({ actor: "admin", pageToken: first.nextPageToken });
    expect(await reasonOf(other)).to.equal("INVALID_PAGE_TOKEN");
    const { events } = await site.admin.audit.listAuditEvents({ subject: "exp-1", startTime: first.events[0]!.time! });
    expect(events.map(({ sequence }) => sequence)).to.deep.equal([first.events[0]!.sequence]);
  });

  it("keeps its chain when many write at once on several replicas", async () => {
    const replicas = [site.as, await site.replica(), await site.replica()];
    const { accessToken } = await site.user("olga", [{ role: Role.OPERATOR }]);
    await Promise.all(
      Array.from({ length: 30 }, (_, count) =>
        replicas[count % 3]!(accessToken).experiments.startExperiment({ experimentId: "exp-1" }),
      ),
    );
    const check = await site.admin.audit.verifyAudit({});
    expect(check).to.include({ valid: true, brokenSequence: 0n, detail: "" });
    expect(Number(check.entries)).to.be.greaterThan(30);
    expect(check.newestHash).to.equal((await newest()).hash);
  });

  it("shows an entry that was changed, one that was removed, and an end that was cut off", async () => {
    for (const experimentId of ["exp-1", "exp-2", "exp-1"])
      await site.admin.experiments.startExperiment({ experimentId });
    const known = await site.admin.audit.verifyAudit({});
    expect(known.valid).to.equal(true);
    const last = known.entries;

    await tamper(`UPDATE audit_events SET actor = 'someone' WHERE sequence = ${last - 1n}`);
    const changed = await site.admin.audit.verifyAudit({});
    expect(changed).to.include({ valid: false, brokenSequence: last - 1n });
    await tamper(`UPDATE audit_events SET actor = 'admin' WHERE sequence = ${last - 1n}`);
    expect((await site.admin.audit.verifyAudit({ knownHash: known.newestHash })).valid).to.equal(true);

    await tamper(`DELETE FROM audit_events WHERE sequence = ${last}`);
    expect((await site.admin.audit.verifyAudit({})).valid, "a chain alone cannot know its end").to.equal(true);
    const cut = await site.admin.audit.verifyAudit({ knownHash: known.newestHash });
    expect(cut).to.include({ valid: false, brokenSequence: last });

    await tamper(`DELETE FROM audit_events WHERE sequence = ${last - 2n}`);
    expect(await site.admin.audit.verifyAudit({})).to.include({ valid: false, brokenSequence: last - 2n });
  });
});
