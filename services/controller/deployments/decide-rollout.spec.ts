import { create } from "@bufbuild/protobuf";
import { RolloutGatesSchema, RolloutStrategySchema } from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import { HostSelectorSchema } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { expect } from "chai";
import { type DeploymentView, decideRollout } from "./decide-rollout.ts";
import type { DeploymentRecord } from "./deployment-record.ts";
import type { HostView } from "./host-view.ts";
import { deploymentDefaults } from "./settings.ts";

const now = new Date("2026-11-20T08:00:00Z");
const digest = "a".repeat(64);

const host = (name: string, over: Partial<HostView>): HostView => ({
  ...{ hostId: name, hostName: name, step: 1, wantedVersion: 1, wantedDigest: digest, try: 1, before: null },
  ...{ phase: "applied", toldVersion: 1, toldDigest: digest, appliedVersion: 1, taskId: null, message: "" },
  ...{ toldTime: now, appliedTime: now, announced: true, selected: true, hostState: "online", draining: false },
  ...{ seenTime: now, silentMs: 0, active: { configDigest: digest, experimentId: null } },
  ...{ collector: null, figures: null, repairs: 0, repairTime: null },
  ...{ drift: "in_sync", driftDetail: "", driftTime: now },
  ...over,
});

const deployment: DeploymentRecord = {
  ...{ deploymentId: "d", name: "d", repairDrift: false, wantedVersion: 1, targetVersion: 1 },
  ...{ state: "rolling_out", stateReason: "", step: 1, steps: 2, settledTime: null },
  selector: create(HostSelectorSchema),
  strategy: create(RolloutStrategySchema, { dwell: { seconds: 0n } }),
  gates: create(RolloutGatesSchema),
  ...{ createTime: now, updateTime: now, revision: 1n, lastEventSequence: 0n },
};

describe("a step of a roll-out", () => {
  const decide = (settled: boolean, ...hosts: HostView[]) => {
    const view: DeploymentView = { deployment, hosts, joining: [], now, settled };
    return decideRollout(view, deploymentDefaults).do;
  };
  const sound = host("a", {});

  it("is over once its hosts have answered", () => {
    expect(decide(true, sound, host("b", {}))).to.equal("pass_step");
    expect(decide(true, sound, host("b", { phase: "told", appliedTime: null }))).to.equal("nothing");
    expect(decide(true, sound, host("b", { phase: "waiting" }))).to.equal("tell");
  });

  for (const phase of ["waiting", "told"] as const) {
    it(`does not wait for a host that was lost while ${phase}, unless this server has only just come back`, () => {
      const lost = host("b", { phase, hostState: "lost", toldVersion: 0, appliedTime: null, silentMs: 3_600_000 });
      expect(decide(true, sound, lost)).to.equal("pass_step");
      expect(decide(false, sound, lost)).to.equal("nothing");
      expect(decide(false, sound, { ...lost, hostState: "departed" }), "that went by itself").to.equal("pass_step");
    });
  }
});
