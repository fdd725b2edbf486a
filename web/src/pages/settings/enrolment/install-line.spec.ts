import { expect } from "chai";
import { installLine, isLoopback, likelyController } from "./install-line.ts";

describe("the line that starts an agent", () => {
  it("gives the token by a variable, never by a flag", () => {
    expect(installLine({ secret: "phxe_abc", controller: "10.0.0.5:7471", plain: false })).to.equal(
      "PHOENIX_ENROLLMENT_TOKEN=phxe_abc npx phoenix agent --controller 10.0.0.5:7471",
    );
    expect(installLine({ secret: "phxe_abc", controller: "[fd00::1]:7471", plain: true })).to.equal(
      "PHOENIX_ENROLLMENT_TOKEN=phxe_abc npx phoenix agent --controller [fd00::1]:7471 --insecure",
    );
  });

  it("cannot be made to run something else", () => {
    const line = installLine({ secret: "s", controller: "a; rm -rf '/'", plain: false });
    expect(line).to.equal(`PHOENIX_ENROLLMENT_TOKEN=s npx phoenix agent --controller 'a; rm -rf '\\''/'\\'''`);
  });

  it("knows the machine that the server is on", () => {
    expect(likelyController("phoenix.example")).to.equal("phoenix.example:7471");
    for (const near of ["localhost:1", "127.0.0.1:7471", "[::1]:7471"]) expect(isLoopback(near), near).to.equal(true);
    for (const far of ["10.0.0.1:7471", "localhost.example:1", "127.0.0.1"]) {
      expect(isLoopback(far), far).to.equal(false);
    }
  });
});
