import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { BookCostSchema } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_pb.ts";
import { ExperimentSchema } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { HostState } from "@phoenix/gen/phoenix/controller/v1/fleet_pb.ts";
import { HostCountSchema } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import { expect } from "chai";
import { countHealth, shareOut, totalOf } from "./fleet-cost.ts";

const counted = (over: MessageInitShape<typeof HostCountSchema>) => create(HostCountSchema, { hosts: 1, ...over });

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
    const counts = [
      counted({ pipeline: "priority", experimentId: "exp-1", hosts: 2 }),
      counted({ pipeline: "priority", experimentId: "exp-1", state: HostState.LOST }),
      counted({ pipeline: "priority", experimentId: "exp-unknown" }),
      counted({ pipeline: "topk" }),
      counted({}),
    ];
    expect(shareOut(counts, [promotion])).to.deep.equal([
      { pipeline: "priority", hosts: 4, measuredHosts: 3, monthly: 30, net: 57 },
      { pipeline: "topk", hosts: 1, measuredHosts: 0, monthly: undefined, net: undefined },
      { pipeline: "", hosts: 1, measuredHosts: 0, monthly: undefined, net: undefined },
    ]);
  });

  it("counts an online host as healthy only with all its collectors", () => {
    const counts = [
      counted({ state: HostState.ONLINE, collectorsWell: true, hosts: 2 }),
      counted({ state: HostState.ONLINE }),
      counted({ state: HostState.LOST, collectorsWell: true }),
      counted({ state: HostState.DEPARTED }),
      counted({ state: HostState.ENROLLED }),
    ];
    expect(countHealth(counts)).to.deep.equal({ healthy: 2, unhealthy: 1, lost: 1, departed: 1, enrolled: 1 });
    expect(totalOf(counts)).to.equal(6);
  });
});
