import { SubjectKind } from "@phoenix/gen/phoenix/controller/v1/subject_pb.ts";
import { Role } from "@phoenix/gen/phoenix/gateway/v1/auth_pb.ts";
import { fromConnectError } from "@phoenix/platform/errors";
import { stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { createGatewaySite, reasonOf } from "./testing/gateway-site.ts";

after(stopTestDatabases);

describe("four eyes", () => {
  let site: Awaited<ReturnType<typeof createGatewaySite>>;

  beforeEach(async () => {
    site = await createGatewaySite({ fourEyes: true });
  });
  afterEach(() => site.close());

  /** Asks for a promotion and gives the id of what waits. */
  async function ask(clients: typeof site.admin, experimentId = "exp-1"): Promise<string> {
    try {
      await clients.experiments.promoteExperiment({ experimentId, reason: "cheaper" });
    } catch (error) {
      const { metadata } = fromConnectError(error);
      if (metadata.approvalId !== undefined) return metadata.approvalId;
      throw error;
    }
    throw new Error("the promotion did not wait");
  }

  it("hold a promotion until another person approves it, then do it in the name of who asked", async () => {
    const { clients: anna } = await site.user("anna", [{ role: Role.APPROVER }]);
    const { clients: ben } = await site.user("ben", [{ role: Role.APPROVER }]);
    const approvalId = await ask(anna);
    expect(site.controller.done).to.deep.equal([]);
    const { approvals } = await ben.auth.listApprovals({});
    expect(approvals[0]).to.deep.include({ approvalId, requester: "anna", reason: "cheaper" });
    expect(approvals[0]).to.include({
      summary: "Promote experiment exp-1",
      subjectKind: SubjectKind.EXPERIMENT,
      subjectId: "exp-1",
    });

    expect(await reasonOf(anna.auth.decideApproval({ approvalId, approve: true }))).to.equal("PERMISSION_DENIED");
    const { approval } = await ben.auth.decideApproval({ approvalId, approve: true });
    expect(approval).to.include({ approved: true, refused: false, decider: "ben", result: "done" });
    expect(site.controller.done).to.deep.equal(["anna PromoteExperiment exp-1"]);
    expect(await reasonOf(ben.auth.decideApproval({ approvalId, approve: true }))).to.equal("ILLEGAL_TRANSITION");
    expect((await ben.auth.listApprovals({})).approvals).to.deep.equal([]);
    expect((await ben.auth.listApprovals({ decided: true })).approvals).to.have.lengthOf(1);
    const { events } = await site.admin.audit.listAuditEvents({ subject: "exp-1" });
    expect(events.map(({ actor, outcome }) => `${actor} ${outcome}`)).to.deep.equal([
      "anna ok",
      "anna APPROVAL_REQUIRED",
    ]);
    expect(events[0]?.reason).to.equal(`cheaper (approved by ben: ${approvalId})`);
  });

  it("do nothing that was refused, waited too long, or that its asker may do no more", async () => {
    const { clients: anna } = await site.user("anna", [{ role: Role.APPROVER }]);
    const refused = await ask(anna);
    const { approval } = await site.admin.auth.decideApproval({ approvalId: refused, reason: "not now" });
    expect(approval).to.include({ approved: false, refused: true, decider: "admin" });
    expect(await reasonOf(site.admin.auth.decideApproval({ approvalId: refused, approve: true }))).to.equal(
      "ILLEGAL_TRANSITION",
    );

    const lost = await ask(anna);
    const { identity } = await anna.auth.whoAmI({});
    await site.admin.auth.updateUser({
      ...{ userId: identity?.userId ?? "", grants: [{ role: Role.VIEWER, labels: {} }] },
      updateMask: { paths: ["grants"] },
    });
    expect(await reasonOf(site.admin.auth.decideApproval({ approvalId: lost, approve: true }))).to.equal(
      "PERMISSION_DENIED",
    );
    expect(site.controller.done).to.deep.equal([]);
  });

  it("take no approval from who could not do it on those hosts", async () => {
    const { clients: anna } = await site.user("anna", [{ role: Role.APPROVER }]);
    const { clients: ben } = await site.user("ben", [{ role: Role.APPROVER, labels: { env: "prod" } }]);
    const { clients: olga } = await site.user("olga", [{ role: Role.OPERATOR }]);
    const onTest = await ask(anna, "exp-2");
    expect(await reasonOf(ben.auth.decideApproval({ approvalId: onTest, approve: true }))).to.equal(
      "PERMISSION_DENIED",
    );
    expect(await reasonOf(olga.auth.decideApproval({ approvalId: onTest, approve: true }))).to.equal(
      "PERMISSION_DENIED",
    );
    const onProd = await ask(anna);
    expect(await reasonOf(ben.auth.decideApproval({ approvalId: onProd, approve: true }))).to.equal("ok");
    expect(site.controller.done).to.deep.equal(["anna PromoteExperiment exp-1"]);
  });

  it("go on with what was approved when its gateway died before it was done", async () => {
    const { clients: anna } = await site.user("anna", [{ role: Role.APPROVER }]);
    const approvalId = await ask(anna);
    await site.db.query(
      "UPDATE approvals SET decider = 'ben', decision = 'approved', decide_time = $2 WHERE approval_id = $1",
      [approvalId, site.now],
    );
    expect(await reasonOf(site.admin.auth.decideApproval({ approvalId, approve: true }))).to.equal(
      "ILLEGAL_TRANSITION",
    );
    site.pass(300_001);
    const { approval } = await site.admin.auth.decideApproval({ approvalId, approve: true });
    expect(approval).to.include({ approved: true, decider: "ben", result: "done" });
    expect(site.controller.done).to.deep.equal(["anna PromoteExperiment exp-1"]);
  });

  it("say what became of a call that failed", async () => {
    const { clients: anna } = await site.user("anna", [{ role: Role.APPROVER }]);
    const approvalId = await ask(anna);
    site.controller.experiments = site.controller.experiments.filter(({ experimentId }) => experimentId !== "exp-1");
    const { approval } = await site.admin.auth.decideApproval({ approvalId, approve: true });
    expect(approval).to.include({ approved: true, result: "there is no such thing" });
  });

  it("look at deployments to the whole fleet alone", async () => {
    const { clients: olga } = await site.user("olga", [{ role: Role.OPERATOR }]);
    expect(await reasonOf(olga.deployments.createDeployment({ name: "all" }))).to.equal("APPROVAL_REQUIRED");
    const some = olga.deployments.createDeployment({ name: "some", selector: { labels: { env: "prod" } } });
    expect(await reasonOf(some)).to.equal("ok");
    expect(await reasonOf(olga.deployments.createDeployment({ name: "all", validateOnly: true }))).to.equal("ok");
    expect(await reasonOf(olga.deployments.createDeployment({ name: "!" }))).to.equal("INVALID_FIELD");
    const again = olga.deployments.updateDeployment({ deploymentId: "dep-2", updateMask: { paths: ["pipeline"] } });
    expect(await reasonOf(again)).to.equal("APPROVAL_REQUIRED");
    const { approvals } = await olga.auth.listApprovals({});
    expect(approvals.map(({ subjectKind, subjectId }) => [subjectKind, subjectId])).to.deep.equal([
      [SubjectKind.DEPLOYMENT, "dep-2"],
      // What is still to be made has no id.
      [SubjectKind.UNSPECIFIED, ""],
    ]);
  });

  it("list what waits for a call that this server serves no more", async () => {
    const { clients: anna } = await site.user("anna", [{ role: Role.APPROVER }]);
    const approvalId = await ask(anna);
    await site.db.query("UPDATE approvals SET method = 'phoenix.controller.v1.ExperimentService/Bless'");
    const { approvals } = await anna.auth.listApprovals({});
    expect(approvals[0]).to.include({ approvalId, subjectKind: SubjectKind.UNSPECIFIED, subjectId: "" });
  });
});
