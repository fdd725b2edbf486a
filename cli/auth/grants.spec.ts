import { Role } from "@phoenix/gen/phoenix/gateway/v1/auth_pb.ts";
import { expect } from "chai";
import { CommandError } from "../output/command-error.ts";
import { describeGrants, parseGrant } from "./grants.ts";

describe("roles on the command line", () => {
  it("are read as they are written", () => {
    expect(parseGrant("viewer")).to.deep.equal({ role: Role.VIEWER, labels: {} });
    const grant = parseGrant("operator:env=prod,team=a=b");
    expect(grant).to.deep.equal({ role: Role.OPERATOR, labels: { env: "prod", team: "a=b" } });
    expect(describeGrants([grant, parseGrant("admin")])).to.equal("operator:env=prod,team=a=b admin");
  });

  it("are refused when there is no such role or no such label", () => {
    for (const text of ["", "owner", "Admin", "constructor", "operator:env"]) {
      expect(() => parseGrant(text), text).to.throw(CommandError, /--grant/);
    }
  });
});
