import { expect } from "chai";
import { createControllerPort } from "./index.ts";

describe("the client of the agent port", () => {
  for (const address of ["127.0.0.1:7471", "127.8.8.8:1", "localhost:7471", "[::1]:7471"]) {
    it(`speaks in clear to ${address}, which is this machine`, () => {
      createControllerPort({ address }).close();
    });
  }

  for (const address of ["10.0.0.1:7471", "phoenix.example:7471", "127.0.0.1.example:7471", "[2001:db8::1]:7471"]) {
    it(`refuses to send a credential to ${address} in clear unless that is asked for`, () => {
      expect(() => createControllerPort({ address })).to.throw("--insecure");
      createControllerPort({ address, insecure: true }).close();
    });
  }
});
