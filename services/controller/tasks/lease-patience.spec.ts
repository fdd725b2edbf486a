import { expect } from "chai";
import { createLeasePatience } from "./lease-patience.ts";

describe("createLeasePatience", () => {
  it("waits after the start and after every gap, and not otherwise", () => {
    const patience = createLeasePatience({ leaseMs: 100, patienceMs: 40 });
    const looks = [0, 20, 40, 60, 80, 200, 220, 240, 290];
    expect(looks.map((nowMs) => patience.mayEnd(nowMs))).to.deep.equal([
      false,
      false,
      true,
      true,
      true,
      // A gap of more than half a lease: nobody could renew.
      false,
      false,
      true,
      true,
    ]);
  });
});
