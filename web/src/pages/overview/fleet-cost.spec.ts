import { create } from "@bufbuild/protobuf";
import { BookCostSchema } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_pb.ts";
import { ExperimentSchema } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { HostSchema, HostState } from "@phoenix/gen/phoenix/controller/v1/fleet_pb.ts";
import { expect } from "chai";
import { countHealth, shareOut } from "./fleet-cost.ts";

const active = (pipeline: string, experimentId: string, runningDigest = "aa", wantedDigest = "aa") =>
  create(HostSchema, { activePipeline: { pipeline, experimentId, runningDigest, wantedDigest } });

describe("what a fleet costs", () => {
  const promotion = {
    experiment: create(ExperimentSchema, {
      experimentId: "exp-1",
      promotedVariant: "candidate",
      verdicts: [{ variant: "candidate", hosts: 2 }],
    }),
    cost: create(BookCostSchema, {
      arms: [
        { variant: "baseline", monthly: 60 },
        { variant: "candidate", monthly: 20 },
      ],
      savings: [{ variant: "candidate", net: { estimate: 38 } }],
    }),
  };

  it("is counted for hosts that run what an experiment measured, and for no other", () => {
    const hosts = [
      active("priority", "exp-1"),
      active("priority", "exp-1"),
      active("priority", "exp-1"),
      active("priority", "exp-unknown"),
      active("topk", ""),
      create(HostSchema, {}),
    ];
    expect(shareOut(hosts, [promotion])).to.deep.equal([
      { pipeline: "priority", hosts: 4, measuredHosts: 3, monthly: 30, net: 57 },
      { pipeline: "topk", hosts: 1, measuredHosts: 0, monthly: undefined, net: undefined },
      { pipeline: "", hosts: 1, measuredHosts: 0, monthly: undefined, net: undefined },
    ]);
  });

  it("leaves out hosts that do not run yet what they are to run", () => {
    expect(shareOut([active("priority", "exp-1", "bb")], [promotion])[0]).to.include({
      pipeline: "",
      measuredHosts: 0,
    });
  });

  it("counts an online host as healthy only with all its collectors", () => {
    const host = (state: HostState, ...states: number[]) =>
      create(HostSchema, { state, collectors: states.map((one) => ({ collectorId: "c", state: one as 2 })) });
    const hosts = [
      host(HostState.ONLINE),
      host(HostState.ONLINE, 2, 2),
      host(HostState.ONLINE, 2, 5),
      host(HostState.LOST, 2),
      host(HostState.DEPARTED),
      host(HostState.ENROLLED),
    ];
    const isHealthy = (state: number) => state === 2;
    expect(countHealth(hosts, isHealthy)).to.deep.equal({
      healthy: 2,
      unhealthy: 1,
      lost: 1,
      departed: 1,
      enrolled: 1,
    });
  });
});
