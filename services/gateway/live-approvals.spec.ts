import type { Change } from "@phoenix/gen/phoenix/controller/v1/change_service_pb.ts";
import { SubjectKind } from "@phoenix/gen/phoenix/controller/v1/subject_pb.ts";
import { Role } from "@phoenix/gen/phoenix/gateway/v1/auth_pb.ts";
import { fromConnectError } from "@phoenix/platform/errors";
import { sleep } from "@phoenix/platform/lifecycle";
import { stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { createApprovalLook } from "./approvals/look-at-approvals.ts";
import { type CallerClients, createGatewaySite, password } from "./testing/gateway-site.ts";

after(stopTestDatabases);

async function until(what: string, probe: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!probe()) {
    if (performance.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await sleep(5);
  }
}

describe("approvals among live events", () => {
  let site: Awaited<ReturnType<typeof createGatewaySite>>;
  let stops: (() => Promise<void>)[];

  beforeEach(async () => {
    site = await createGatewaySite({ fourEyes: true });
    stops = [];
  });
  afterEach(async () => {
    for (const stop of stops) await stop();
    await site.close();
  });

  async function ask(clients: CallerClients): Promise<string> {
    const failure = await clients.experiments.promoteExperiment({ experimentId: "exp-2" }).catch(fromConnectError);
    return "metadata" in failure ? (failure.metadata.approvalId ?? "") : "";
  }

  /** Subscribes, and gives what it is told of approvals as it comes. */
  async function hear({ events }: CallerClients, afterCursor = 0n): Promise<Change[]> {
    const heard: Change[] = [];
    const gone = new AbortController();
    let begun = false;
    const done = (async () => {
      for await (const { changes } of events.subscribeEvents({ afterCursor }, { signal: gone.signal })) {
        begun = true;
        heard.push(...changes.filter(({ kind }) => kind === SubjectKind.APPROVAL));
      }
    })().catch((error: unknown) => {
      if (!gone.signal.aborted) throw error;
    });
    stops.push(async () => {
      gone.abort();
      await done;
    });
    await until("the subscription has begun", () => begun);
    return heard;
  }

  const idsOf = (heard: readonly Change[]): string[] => heard.map(({ subjectId }) => subjectId);

  it("reach subscribers of every gateway over one database: asked for, decided, done", async () => {
    const { clients: anna, accessToken } = await site.user("anna", [{ role: Role.APPROVER }]);
    const elsewhere = (await site.replica())(accessToken);
    const [here, there] = [await hear(anna), await hear(elsewhere)];
    const approvalId = await ask(anna);
    expect(approvalId).to.match(/^apr-/);
    for (const heard of [here, there]) await until("it is asked for", () => idsOf(heard).includes(approvalId));

    const [askedHere, askedThere] = [here.length, there.length];
    await site.admin.auth.decideApproval({ approvalId, approve: true });
    await until("it is decided", () => here.length > askedHere && there.length > askedThere);
    expect(new Set([...idsOf(here), ...idsOf(there)])).to.deep.equal(new Set([approvalId]));
  });

  it("are told to whoever may list them, as a viewer of some hosts may, and to whoever comes back that any may have changed", async () => {
    const { clients: anna } = await site.user("anna", [{ role: Role.APPROVER }]);
    const { clients: vera } = await site.user("vera", [{ role: Role.VIEWER, labels: { env: "prod" } }]);
    const heard = await hear(vera);
    const approvalId = await ask(anna);
    const { approvals } = await vera.auth.listApprovals({});
    expect(approvals.map((approval) => approval.approvalId)).to.deep.equal([approvalId]);
    await until("it is told", () => idsOf(heard).includes(approvalId));
    expect(idsOf(await hear(vera, 7n))).to.include("");
  });

  it("are found by a look as long as they may change: decided, done, waiting too long, gone", async () => {
    const { clients: anna } = await site.user("anna", [{ role: Role.APPROVER }]);
    const { look } = createApprovalLook(site.db);
    const first = await ask(anna);
    expect(await look(site.now), "what was there before").to.deep.equal([]);
    const second = await ask(anna);
    expect(await look(site.now)).to.deep.equal([second]);
    expect(await look(site.now)).to.deep.equal([]);

    await site.db.query(
      "UPDATE approvals SET decider = 'ben', decision = 'approved', decide_time = now() WHERE approval_id = $1",
      [first],
    );
    expect(await look(site.now), "approved").to.deep.equal([first]);
    // Newer ones push it out of those that are looked at for being new.
    for (let count = 0; count < 60; count++) await ask(anna);
    await look(site.now);
    await site.db.query("UPDATE approvals SET result = 'done' WHERE approval_id = $1", [first]);
    expect(await look(site.now), "done").to.deep.equal([first]);

    site.pass(3 * 86_400_000);
    const ended = await look(site.now);
    expect(ended).to.include(second).and.have.lengthOf(61);
    expect(await look(site.now)).to.deep.equal([]);
    // The login of before is over by now, too.
    const { accessToken } = await site.as().auth.login({ name: "anna", password });
    const last = await ask(site.as(accessToken));
    expect(await look(site.now)).to.deep.equal([last]);
    await site.db.query("DELETE FROM approvals WHERE approval_id = $1", [last]);
    expect(await look(site.now), "gone with its asker").to.deep.equal([last]);
  });
});
