import { expect } from "chai";
import { decideEnrollment } from "./decide-enrollment.ts";

describe("decideEnrollment", () => {
  it("creates a host under a free name, whatever id the machine had", () => {
    expect(decideEnrollment(null, "")).to.equal("create");
    expect(decideEnrollment(null, "h1")).to.equal("create");
  });

  it("keeps the host for the machine that knows its id, online or not", () => {
    expect(decideEnrollment({ hostId: "h1", online: true }, "h1")).to.equal("keep");
    expect(decideEnrollment({ hostId: "h1", online: false }, "h1")).to.equal("keep");
  });

  it("gives another machine the name of a host that is away, never of one that is online", () => {
    expect(decideEnrollment({ hostId: "h1", online: false }, "")).to.equal("replace");
    expect(decideEnrollment({ hostId: "h1", online: false }, "h2")).to.equal("replace");
    expect(decideEnrollment({ hostId: "h1", online: true }, "")).to.equal("refuse");
    expect(decideEnrollment({ hostId: "h1", online: true }, "h2")).to.equal("refuse");
  });
});
