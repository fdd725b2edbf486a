import { ErrorReason, isPhoenixError } from "@phoenix/platform/errors";
import { expect } from "chai";
import { type LoadPlan, listLoadProfiles, planLoad } from "./index.ts";

function realistic(processes: number, seed: number | bigint = 1): LoadPlan {
  return planLoad({ profile: "realistic", processes, seed });
}

function refusal(processes: number, profile: string): unknown {
  try {
    planLoad({ profile, processes, seed: 1 });
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("planLoad", () => {
  it("plans the same load for the same seed, and another for another", () => {
    expect(realistic(80, 5)).to.deep.equal(realistic(80, 5n));
    expect(realistic(80, 6)).to.not.deep.equal(realistic(80, 5));
    expect(realistic(80, 2n ** 63n)).to.not.deep.equal(realistic(80, 0));
  });

  it("runs 100 processes unless told, and never more than 200", () => {
    expect(realistic(0).processes.length).to.equal(100);
    expect(realistic(50).processes.length).to.equal(50);
    expect(realistic(2_000).processes.length).to.equal(200);
    expect(realistic(1).processes.length).to.equal(1);
  });

  it("keeps all CPU use together within the profile's share of one core", () => {
    for (const seed of [1, 2, 3]) {
      for (const processes of [20, 100, 200]) {
        const plan = realistic(processes, seed);
        const sum = plan.processes.reduce((total, { cpuRatio }) => total + cpuRatio, 0);
        expect(sum).to.be.closeTo(0.2, 1e-9);
        expect(plan.processes.filter(({ cpuRatio }) => cpuRatio > 0).length).to.be.above(processes / 10);
      }
    }
  });

  it("keeps all memory together within 200 MiB", () => {
    const sum = realistic(200, 9).processes.reduce((total, { memoryBytes }) => total + memoryBytes, 0);
    expect(sum).to.be.below(200 * 1024 * 1024);
  });

  it("has the names an experiment can hold on to, long-lived, whatever the seed", () => {
    for (const seed of [1, 2, 3]) {
      const names = realistic(20, seed)
        .processes.filter(({ shortLived }) => !shortLived)
        .map(({ name }) => name);
      expect(names).to.include.members(["postgres", "nginx", "payment-api", "redis-server", "java", "sshd", "cron"]);
    }
  });

  it("makes one process in ten short-lived, under names that no long-lived one has", () => {
    const { processes, shortLifetimeMs } = realistic(100);
    const short = processes.filter(({ shortLived }) => shortLived);
    expect(short.length).to.equal(10);
    expect(shortLifetimeMs).to.deep.equal([5_000, 20_000]);
    const long = new Set(processes.filter(({ shortLived }) => !shortLived).map(({ name }) => name));
    expect(short.filter(({ name }) => long.has(name))).to.deep.equal([]);
  });

  it("gives no name that the kernel would cut or that is not a plain file name", () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      for (const { name } of realistic(200, seed).processes) expect(name).to.match(/^[a-z][a-z0-9_-]{0,13}$/);
    }
  });

  it("refuses an unknown profile and an impossible number with what to do", () => {
    for (const [error, words] of [
      [refusal(10, "spiky"), /Choose one of: realistic/],
      [refusal(-1, "realistic"), /whole number/],
      [refusal(1.5, "realistic"), /whole number/],
    ] as const) {
      expect(isPhoenixError(error, ErrorReason.INVALID_FIELD)).to.equal(true);
      expect((error as Error).message).to.match(words);
    }
  });
});

describe("listLoadProfiles", () => {
  it("describes every profile that can be planned", () => {
    const profiles = listLoadProfiles();
    expect(profiles.map(({ name }) => name)).to.deep.equal(["realistic"]);
    for (const { name, description, defaultProcesses, maxProcesses } of profiles) {
      expect(description.length).to.be.above(40);
      expect(planLoad({ profile: name, processes: 0, seed: 1 }).processes.length).to.equal(defaultProcesses);
      expect(planLoad({ profile: name, processes: 10_000, seed: 1 }).processes.length).to.equal(maxProcesses);
    }
  });
});
