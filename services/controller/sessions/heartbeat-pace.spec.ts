import { expect } from "chai";
import { heartbeatIntervalFor } from "./heartbeat-pace.ts";

describe("heartbeatIntervalFor", () => {
  it("is the shortest while a fleet is small", () => {
    expect(heartbeatIntervalFor(0, 3_000)).to.equal(3_000);
    expect(heartbeatIntervalFor(3_000, 3_000)).to.equal(3_000);
    expect(heartbeatIntervalFor(10, 50)).to.equal(50);
  });

  it("grows with the fleet, so that no more than a thousand beats come in a second", () => {
    expect(heartbeatIntervalFor(3_001, 3_000)).to.equal(3_001);
    for (const hosts of [18_000, 20_500, 100_000]) {
      expect((hosts / heartbeatIntervalFor(hosts, 3_000)) * 1000).to.be.at.most(1_000);
    }
  });
});
