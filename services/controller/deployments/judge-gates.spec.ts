import { expect } from "chai";
import fc from "fast-check";
import { type GateHost, type GateLimits, judgeGates } from "./judge-gates.ts";

const limits: GateLimits = {
  maximumFailedRatio: 0.2,
  maximumDisconnectedRatio: 0.2,
  maximumWrongDigestRatio: 0.2,
  maximumUnhealthyRatio: 0.1,
  minimumRetentionRatio: 1,
};

const sound: GateHost = {
  hostName: "web",
  failed: false,
  disconnected: false,
  wrongDigest: false,
  unhealthy: false,
  retentionRatio: 1,
};

/** So many hosts, of which the first are like this. */
const hosts = (count: number, bad: number, how: Partial<GateHost>): GateHost[] =>
  Array.from({ length: count }, (_, index) => ({ ...sound, hostName: `web-${index}`, ...(index < bad ? how : {}) }));

describe("the gates of a roll-out", () => {
  it("fail a canary of one that refused, and say who it was", () => {
    const failure = judgeGates(hosts(1, 1, { failed: true }), limits);
    expect(failure).to.deep.include({ gate: "failed", ratio: 1, limit: 0.2 });
    expect(failure?.words).to.equal("1 of 1 hosts told refused it (100 %, allowed 20 %): web-0.");
  });

  it("hold at their limit and fail beyond it", () => {
    expect(judgeGates(hosts(10, 2, { failed: true }), limits)).to.equal(null);
    expect(judgeGates(hosts(10, 3, { failed: true }), limits)?.gate).to.equal("failed");
    expect(judgeGates(hosts(10, 1, { unhealthy: true }), limits)).to.equal(null);
    expect(judgeGates(hosts(10, 2, { unhealthy: true }), limits)?.gate).to.equal("unhealthy");
    expect(judgeGates(hosts(5, 1, { disconnected: true }), limits)).to.equal(null);
    expect(judgeGates(hosts(5, 2, { disconnected: true }), limits)?.gate).to.equal("disconnected");
    expect(judgeGates(hosts(5, 2, { wrongDigest: true }), limits)?.gate).to.equal("wrong digest");
  });

  it("want every must-keep process reported, where that is known at all", () => {
    expect(judgeGates(hosts(3, 3, { retentionRatio: null }), limits)).to.equal(null);
    const failure = judgeGates(hosts(3, 1, { retentionRatio: 0.5 }), limits);
    expect(failure).to.deep.include({ gate: "retention", limit: 1 });
    expect(failure?.words).to.include("83.3 %").and.to.include("web-0");
    expect(judgeGates(hosts(3, 1, { retentionRatio: 0.5 }), { ...limits, minimumRetentionRatio: 0.8 })).to.equal(null);
    expect(judgeGates(hosts(7, 7, { retentionRatio: 0.9 }), { ...limits, minimumRetentionRatio: 0.9 })).to.equal(null);
  });

  it("hold while nobody was told", () => {
    expect(judgeGates([], limits)).to.equal(null);
  });

  const ratio = fc.double({ min: 0, max: 1, noNaN: true });
  const anyHost: fc.Arbitrary<GateHost> = fc.record({
    hostName: fc.constant("web"),
    failed: fc.boolean(),
    disconnected: fc.boolean(),
    wrongDigest: fc.boolean(),
    unhealthy: fc.boolean(),
    retentionRatio: fc.option(ratio),
  });
  const anyLimits: fc.Arbitrary<GateLimits> = fc.record({
    maximumFailedRatio: ratio,
    maximumDisconnectedRatio: ratio,
    maximumWrongDigestRatio: ratio,
    maximumUnhealthyRatio: ratio,
    minimumRetentionRatio: ratio,
  });

  it("never hold again when a host gets worse", () => {
    fc.assert(
      fc.property(fc.array(anyHost, { minLength: 1 }), fc.nat(), anyLimits, (told, index, allowed) => {
        if (judgeGates(told, allowed) === null) return;
        const at = index % told.length;
        const worse = { failed: true, disconnected: true, wrongDigest: true, unhealthy: true, retentionRatio: 0 };
        const after = told.map((host, place) => (place === at ? { ...host, ...worse } : host));
        expect(judgeGates(after, allowed)).to.not.equal(null);
      }),
    );
  });

  it("hold whatever happens where everything is allowed, and fail anything where nothing is", () => {
    const everything = {
      maximumFailedRatio: 1,
      maximumDisconnectedRatio: 1,
      maximumWrongDigestRatio: 1,
      maximumUnhealthyRatio: 1,
      minimumRetentionRatio: 0,
    };
    const nothing = {
      maximumFailedRatio: 0,
      maximumDisconnectedRatio: 0,
      maximumWrongDigestRatio: 0,
      maximumUnhealthyRatio: 0,
      minimumRetentionRatio: 1,
    };
    fc.assert(
      fc.property(fc.array(anyHost), (told) => {
        expect(judgeGates(told, everything)).to.equal(null);
        const anyBad = told.some((host) => host.failed || host.disconnected || host.wrongDigest || host.unhealthy);
        if (anyBad) expect(judgeGates(told, nothing)).to.not.equal(null);
      }),
    );
  });
});
