import { expect } from "chai";
import { defaultStateDir } from "./default-state-dir.ts";

describe("the agent's folder unless told otherwise", () => {
  it("is the system's for root, beside the server's data", () => {
    expect(defaultStateDir(0, { XDG_STATE_HOME: "/somewhere" }, "/root")).to.equal("/var/lib/phoenix/agent");
  });

  it("is the user's own for everybody else", () => {
    expect(defaultStateDir(1000, { XDG_STATE_HOME: "/states" }, "/home/anna")).to.equal("/states/phoenix/agent");
    const own = "/home/anna/.local/state/phoenix/agent";
    expect(defaultStateDir(1000, { XDG_STATE_HOME: "" }, "/home/anna")).to.equal(own);
    expect(defaultStateDir(undefined, {}, "/home/anna")).to.equal(own);
  });
});
