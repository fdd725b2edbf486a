import { create } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { type LoadProfile, LoadProfileSchema } from "@phoenix/gen/phoenix/load/v1/load_profile_pb.ts";
import { ErrorReason, isPhoenixError } from "@phoenix/platform/errors";
import { expect } from "chai";
import fc from "fast-check";
import { manyNamesProfile, serverProfile } from "./fixture/definitions.ts";
import { fillPeakRatio, type LoadLimits, limitsOfHost, processOverheadBytes } from "./load-limits.ts";
import type { LimitedPlan, LoadPlan } from "./load-plan.ts";
import { planLoad } from "./plan-load.ts";

const roomy = limitsOfHost({ memoryBytes: 64 * 2 ** 30, cpuCount: 8 });

function planned(processes: number, seed: number | bigint = 1, definition = serverProfile()): LoadPlan {
  return planLoad({ definition, processes, seed }, roomy).plan;
}

function refusal(definition: LoadProfile, processes = 10): unknown {
  try {
    planLoad({ definition, processes, seed: 1 }, roomy);
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("planLoad", () => {
  it("plans the same load for the same seed, and another for another", () => {
    expect(planned(80, 5)).to.deep.equal(planned(80, 5n));
    expect(planned(80, 6)).to.not.deep.equal(planned(80, 5));
    expect(planned(80, 2n ** 63n)).to.not.deep.equal(planned(80, 0));
  });

  it("runs the profile's number of processes unless told, and never more than its most", () => {
    expect(planned(0).processes.length).to.equal(100);
    expect(planned(50).processes.length).to.equal(50);
    expect(planned(1).processes.length).to.equal(1);
    const { plan, reductions } = planLoad({ definition: serverProfile(), processes: 2_000, seed: 1 }, roomy);
    expect(plan.processes.length).to.equal(200);
    expect(reductions).to.deep.equal(["200 processes instead of 2000, the most that this profile or a host runs"]);
  });

  it("keeps all CPU use together within the profile's share of one core", () => {
    for (const seed of [1, 2, 3]) {
      for (const processes of [20, 100, 200]) {
        const plan = planned(processes, seed);
        const sum = plan.processes.reduce((total, { cpuRatio }) => total + cpuRatio, 0);
        expect(sum).to.be.closeTo(0.2, 1e-9);
        expect(plan.processes.filter(({ cpuRatio }) => cpuRatio > 0).length).to.be.above(processes / 10);
      }
    }
  });

  it("has its anchors, long-lived, whatever the seed", () => {
    for (const seed of [1, 2, 3]) {
      const names = planned(20, seed)
        .processes.filter(({ shortLived }) => !shortLived)
        .map(({ name }) => name);
      expect(names).to.include.members(["postgres", "nginx", "payment-api", "java", "sshd"]);
    }
  });

  it("makes the share of the profile short-lived", () => {
    const { processes, shortLifetimeMs } = planned(100);
    const short = processes.filter(({ shortLived }) => shortLived);
    expect(short.length).to.equal(10);
    expect(shortLifetimeMs).to.deep.equal([5_000, 20_000]);
    expect([...new Set(short.map(({ name }) => name))]).to.have.members(["curl", "git", "report-job"]);
  });

  it("gives each of 2,000 processes a name and an argument of its own that the kernel does not cut", () => {
    const { processes } = planned(2_000, 3, manyNamesProfile());
    expect(new Set(processes.map(({ name }) => name)).size).to.equal(2_000);
    expect(new Set(processes.map(({ argument }) => argument)).size).to.equal(2_000);
    for (const { name } of processes) expect(name).to.match(/^(tenant-pr|session)-[0-9a-z]{3}$/);
    expect(processes.every(({ cpuRatio, memoryBytes }) => cpuRatio === 0 && memoryBytes === 0)).to.equal(true);
  });

  it("begins short-lived ones at the rate of the profile instead of keeping their number", () => {
    const rate = { spawnsPerSecond: 25, shortestLife: durationFromMs(500), longestLife: durationFromMs(1_500) };
    const { plan } = planLoad({ definition: serverProfile(rate), processes: 100, seed: 1 }, roomy);
    expect(plan.processes.length).to.equal(90);
    expect(plan.churn).to.include({ spawnsPerSecond: 25, mostAlive: 48 });
    expect(plan.churn?.choices.map(({ weight, process }) => [weight, process.name])).to.deep.equal([
      [5, "curl"],
      [3, "git"],
      [2, "report-job"],
    ]);
  });

  it("plans disturbances as the profile has them", () => {
    const chaos = { killsPerMinute: 12, memorySpikeBytes: 1024n, spikeDuration: durationFromMs(500), stressNg: true };
    expect(planned(10, 1, serverProfile({ chaos })).chaos).to.deep.equal({
      killsPerMinute: 12,
      cpuSpikesPerMinute: 0,
      cpuSpikeRatio: 0,
      memorySpikesPerMinute: 0,
      memorySpikeBytes: 1024,
      spikeDurationMs: 500,
      stressNg: true,
    });
  });

  const wrong: [what: string, definition: LoadProfile, words: RegExp][] = [
    ["a name with a path", serverProfile({ others: [{ name: "../sh" }] }), /names a process "\.\.\/sh"/],
    ["nothing to draw from", serverProfile({ others: [] }), /does not say which processes come after the anchors/],
    ["short-lived ones without names", serverProfile({ shortLived: [] }), /no names or no length of life/],
    ["lives of no length", serverProfile({ shortestLife: durationFromMs(0), longestLife: durationFromMs(0) }), /no le/],
    ["lives in the wrong order", serverProfile({ longestLife: durationFromMs(1) }), /end before they begin/],
    ["no processes", serverProfile({ defaultProcesses: 0 }), /runs no processes/],
    ["a share above one", serverProfile({ shortLivedRatio: 1.5 }), /has 1.5 for short_lived_ratio/],
    ["a number that is none", serverProfile({ cpuRatio: Number.NaN }), /has NaN for cpu_ratio/],
    ["nothing at all", create(LoadProfileSchema), /runs no processes/],
  ];
  for (const [what, definition, words] of wrong) {
    it(`refuses a profile with ${what}, and says what to do`, () => {
      const error = refusal(definition);
      expect(isPhoenixError(error, ErrorReason.INVALID_FIELD)).to.equal(true);
      expect((error as Error).message)
        .to.match(words)
        .and.match(/Correct the profile/);
    });
  }

  it("refuses an impossible number", () => {
    for (const processes of [-1, 1.5]) {
      expect((refusal(serverProfile(), processes) as Error).message).to.match(/whole number/);
    }
  });
});

describe("the limits of a host", () => {
  const limits = (changes: Partial<LoadLimits>): LoadLimits => ({ ...roomy, ...changes });
  const limited = (definition: LoadProfile, changes: Partial<LoadLimits>, processes = 0): LimitedPlan =>
    planLoad({ definition, processes, seed: 1 }, limits(changes));

  it("are a quarter of its memory and half of its cores, up to fixed ones", () => {
    expect(limitsOfHost({ memoryBytes: 2 ** 32, cpuCount: 2 })).to.deep.equal({
      processes: 2_000,
      spawnsPerSecond: 50,
      memoryBytes: 2 ** 30,
      cpuRatio: 1,
      durationMs: 86_400_000,
    });
    expect(limitsOfHost({ memoryBytes: 2 ** 40, cpuCount: 64 })).to.include({ memoryBytes: 2 ** 32, cpuRatio: 4 });
  });

  it("hold a profile that asks for more of everything, in words", () => {
    const chaos = { cpuSpikesPerMinute: 1, cpuSpikeRatio: 2, memorySpikesPerMinute: 1, memorySpikeBytes: 2n ** 30n };
    const { plan, reductions } = limited(
      serverProfile({ cpuRatio: 3, chaos }),
      { processes: 60, memoryBytes: 30 * 2 ** 20, cpuRatio: 0.5 },
      100,
    );
    expect(plan.processes.length).to.equal(60);
    expect(plan.chaos).to.include({ cpuSpikeRatio: 0 });
    expect(reductions.join("; "))
      .to.contain("60 processes instead of 100, the most that this profile or a host runs")
      .and.contain("CPU: 0.50 of a core instead of")
      .and.contain("CPU spikes: 0.00 of a core instead of 2.00 of a core")
      .and.contain("memory spikes: ");
  });

  it("hold the rate at which processes come, and how many of them there are at a time", () => {
    const { plan, reductions } = limited(serverProfile({ spawnsPerSecond: 500 }), { processes: 60 }, 100);
    expect(plan.processes.length).to.equal(54);
    expect(plan.churn).to.include({ spawnsPerSecond: 50, mostAlive: 6 });
    expect(reductions).to.include("spawns: 50 a second instead of 500 a second, the limit of this host");
  });

  it("leave out processes for which there is no memory", () => {
    const { plan, reductions } = limited(manyNamesProfile(), { memoryBytes: 100 * processOverheadBytes });
    expect(plan.processes.length).to.equal(100);
    expect(reductions).to.deep.equal(["processes: 100 instead of 1000, the limit of this host"]);
  });

  it("are never passed, whatever a profile says", () => {
    const amount = fc.integer({ min: 0, max: 1_000_000 });
    fc.assert(
      fc.property(
        fc.record({
          processes: amount,
          memory: amount,
          cpu: fc.double({ min: 0, max: 100, noNaN: true }),
          rate: amount,
        }),
        fc.record({ memoryMib: fc.integer({ min: 16, max: 8_192 }), cpuCount: fc.integer({ min: 1, max: 64 }) }),
        (asked, { memoryMib, cpuCount }) => {
          const host = limitsOfHost({ memoryBytes: memoryMib * 2 ** 20, cpuCount });
          const definition = serverProfile({
            maxProcesses: 1_000_000,
            cpuRatio: asked.cpu,
            spawnsPerSecond: asked.rate,
            anchors: [{ name: "big", cpuWeight: 1, memoryBytes: BigInt(asked.memory) * 1_000n }],
            chaos: { cpuSpikeRatio: asked.cpu, memorySpikeBytes: BigInt(asked.memory) * 4_096n },
          });
          const { plan } = planLoad({ definition, processes: asked.processes, seed: 1 }, host);
          const alive = plan.processes.length + (plan.churn?.mostAlive ?? 0);
          const sum = (of: (one: LoadPlan["processes"][number]) => number): number =>
            plan.processes.reduce((total, one) => total + of(one), 0);
          const shortMemory = Math.max(0, ...(plan.churn?.choices ?? []).map(({ process }) => process.memoryBytes));
          const filled = sum(({ memoryBytes }) => memoryBytes) + (plan.churn?.mostAlive ?? 0) * shortMemory;
          expect(alive).to.be.at.most(2_000);
          expect(plan.churn?.spawnsPerSecond ?? 0).to.be.at.most(50);
          const memoryBytes = filled * fillPeakRatio + alive * processOverheadBytes + plan.chaos!.memorySpikeBytes;
          expect(memoryBytes).to.be.at.most(host.memoryBytes);
          expect(sum(({ cpuRatio }) => cpuRatio) + plan.chaos!.cpuSpikeRatio).to.be.at.most(host.cpuRatio + 1e-9);
        },
      ),
      { numRuns: 60 },
    );
  });
});
