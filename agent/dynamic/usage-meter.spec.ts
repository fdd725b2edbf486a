import { expect } from "chai";
import fc from "fast-check";
import { createUsageMeter, type UsageSample } from "./usage-meter.ts";

const host = { ticksPerSecond: 100, cpuCount: 2, memoryPages: 1_000 };
const sample = (pid: number, different: Partial<UsageSample> = {}): UsageSample => ({
  pid,
  startTicks: 0,
  cpuTicks: 0,
  rssPages: 0,
  ioBytes: 0,
  ...different,
});

describe("the usage meter", () => {
  it("takes at first the average over the life of a process", () => {
    const [one] = createUsageMeter().observe([sample(1, { startTicks: 1_000, cpuTicks: 500, rssPages: 250 })], {
      ...host,
      nowTicks: 2_000,
    });
    expect(one).to.deep.equal({ pid: 1, startTicks: 1_000, cpu: 0.25, rss: 0.25, io: 0 });
  });

  it("then half of what was used since the look before, half of what it knew", () => {
    const meter = createUsageMeter();
    meter.observe([sample(1)], { ...host, nowTicks: 1_000 });
    const busy = meter.observe([sample(1, { cpuTicks: 500 })], { ...host, nowTicks: 1_500 });
    expect(busy[0]?.cpu).to.equal(0.25);
    const idle = meter.observe([sample(1, { cpuTicks: 500 })], { ...host, nowTicks: 2_000 });
    expect(idle[0]?.cpu).to.equal(0.125);
  });

  it("measures one that started since the look before over its own life, of a second at least", () => {
    const meter = createUsageMeter();
    meter.observe([], { ...host, nowTicks: 1_000 });
    const fresh = [sample(1, { startTicks: 1_300, cpuTicks: 200 }), sample(2, { startTicks: 1_495, cpuTicks: 5 })];
    expect(meter.observe(fresh, { ...host, nowTicks: 1_500 }).map(({ cpu }) => cpu)).to.deep.equal([0.5, 0.025]);
  });

  it("takes a process under the pid of another for a new one", () => {
    const meter = createUsageMeter();
    meter.observe([sample(1, { cpuTicks: 900 })], { ...host, nowTicks: 1_000 });
    const [one] = meter.observe([sample(1, { startTicks: 1_100, cpuTicks: 100 })], { ...host, nowTicks: 1_500 });
    expect(one?.cpu).to.equal(0.125);
  });

  it("shares out the bytes moved, and makes little of little", () => {
    const meter = createUsageMeter();
    meter.observe([sample(1), sample(2)], { ...host, nowTicks: 100 });
    const mib = 1024 * 1024;
    const much = meter.observe([sample(1, { ioBytes: 6 * mib }), sample(2, { ioBytes: 2 * mib })], {
      ...host,
      nowTicks: 200,
    });
    expect(much.map(({ io }) => io)).to.deep.equal([0.375, 0.125]);
    const little = createUsageMeter();
    little.observe([sample(1)], { ...host, nowTicks: 100 });
    expect(little.observe([sample(1, { ioBytes: 1024 })], { ...host, nowTicks: 200 })[0]?.io).to.be.lessThan(0.001);
  });

  it("gives shares from 0 to 1 whatever the counters do", () => {
    const some = fc.record({
      pid: fc.integer({ min: 1, max: 5 }),
      startTicks: fc.nat(5_000),
      cpuTicks: fc.nat(1e9),
      rssPages: fc.nat(1e6),
      ioBytes: fc.nat(1e9),
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.array(some), fc.nat(10_000))), (looks) => {
        const meter = createUsageMeter();
        for (const [samples, nowTicks] of looks) {
          for (const { cpu, rss, io } of meter.observe(samples, { ...host, nowTicks }))
            for (const share of [cpu, rss, io]) expect(share).to.be.within(0, 1);
        }
      }),
    );
  });
});
