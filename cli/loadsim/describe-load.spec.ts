import { create } from "@bufbuild/protobuf";
import { LoadSimulationSchema, LoadState } from "@phoenix/gen/phoenix/controller/v1/load_simulation_service_pb.ts";
import { LoadProfileSchema } from "@phoenix/gen/phoenix/load/v1/load_profile_pb.ts";
import { expect } from "chai";
import { describeLoad, describeProfiles, loadTable } from "./describe-load.ts";

const load = create(LoadSimulationSchema, {
  loadSimulationId: "load-1",
  profile: { name: "realistic" },
  processes: 1_000,
  seed: 7n,
  maxDuration: { seconds: 600n },
  state: LoadState.RUNNING,
  hosts: [
    { hostId: "h1", hostName: "web-1", state: LoadState.RUNNING, processes: 1_000, spawned: 1_234n },
    { hostId: "h2", hostName: "web-2", state: LoadState.FAILED, message: "no processes left" },
  ],
});

describe("load as it is shown", () => {
  it("says how it stands on each host, and why where it does not", () => {
    const lines = describeLoad(load).split("\n");
    expect(lines).to.include("Processes  1,000 on each host; 1,000 run in all");
    expect(lines).to.include("Lasts      10 m 00 s");
    expect(lines.find((line) => line.startsWith("web-1"))).to.match(/^web-1 +running +1,000 +1,234/);
    expect(lines.find((line) => line.startsWith("web-2"))).to.match(/^web-2 +failed +0 +0 +no processes left$/);
  });

  it("is a line each in a list, with what to do where there is none", () => {
    expect(loadTable([load]).split("\n")[1]).to.match(/^load-1 +realistic +running +1,000/);
    expect(loadTable([])).to.contain("phoenix loadsim start");
  });

  it("says of a profile what it does besides running processes", () => {
    const profile = create(LoadProfileSchema, {
      name: "mine",
      description: "Mine.",
      defaultProcesses: 1_000,
      maxProcesses: 2_000,
      uniqueNames: true,
      spawnsPerSecond: 25,
      chaos: { killsPerMinute: 12, cpuSpikesPerMinute: 2 },
    });
    expect(describeProfiles([profile]).split("\n")).to.deep.equal([
      "mine",
      "Processes  1,000, at most 2,000, each with a name of its own",
      "Begun      25 a second",
      "Chaos      a minute: 12 kills, 2 CPU and 0 memory spikes",
      "Mine.",
    ]);
  });
});
