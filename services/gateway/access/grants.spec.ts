import { Role } from "@phoenix/gen/phoenix/gateway/v1/auth_pb.ts";
import { expect } from "chai";
import fc from "fast-check";
import {
  coversLabels,
  type Grant,
  hasRole,
  hasRoleEverywhere,
  intersectGrants,
  isCovered,
  readGrants,
  roles,
  storeGrants,
} from "./grants.ts";

const labels = fc.dictionary(fc.constantFrom("env", "team"), fc.constantFrom("a", "b"), { maxKeys: 2 });
const grant: fc.Arbitrary<Grant> = fc.record({ role: fc.constantFrom(...roles), labels });
const grants = fc.array(grant, { maxLength: 4 });
const role = fc.constantFrom(...roles);

describe("grants", () => {
  it("count on hosts that have all their labels, and everywhere without any", () => {
    const held = [{ role: Role.OPERATOR, labels: { env: "prod" } }];
    expect(coversLabels(held, Role.OPERATOR, { env: "prod", team: "a" })).to.equal(true);
    expect(coversLabels(held, Role.VIEWER, { env: "prod" })).to.equal(true);
    expect(coversLabels(held, Role.APPROVER, { env: "prod" })).to.equal(false);
    expect(coversLabels(held, Role.OPERATOR, { env: "test" })).to.equal(false);
    expect(coversLabels(held, Role.OPERATOR, {})).to.equal(false);
    expect(hasRole(held, Role.OPERATOR)).to.equal(true);
    expect(hasRoleEverywhere(held, Role.OPERATOR)).to.equal(false);
    expect(hasRoleEverywhere([{ role: Role.ADMIN, labels: {} }], Role.OPERATOR)).to.equal(true);
  });

  it("take no label from what every object has", () => {
    expect(coversLabels([{ role: Role.VIEWER, labels: { constructor: "x" } }], Role.VIEWER, {})).to.equal(false);
  });

  it("of two sides allow exactly what both allow", () => {
    fc.assert(
      fc.property(grants, grants, role, labels, (left, right, least, host) => {
        const both = intersectGrants(left, right);
        const allowed = coversLabels(left, least, host) && coversLabels(right, least, host);
        expect(coversLabels(both, least, host)).to.equal(allowed);
      }),
    );
  });

  it("that are covered allow nothing that is not held", () => {
    fc.assert(
      fc.property(grants, grants, role, labels, (asked, held, least, host) => {
        fc.pre(isCovered(asked, held) && coversLabels(asked, least, host));
        expect(coversLabels(held, least, host)).to.equal(true);
      }),
    );
  });

  it("come back from the database as they went, but for roles of a newer version", () => {
    fc.assert(
      fc.property(grants, (held) => {
        expect(readGrants(JSON.parse(storeGrants(held)))).to.deep.equal(
          held.map((one) => ({ ...one, labels: { ...one.labels } })),
        );
      }),
    );
    expect(readGrants([{ role: "owner", labels: {} }])).to.deep.equal([]);
  });
});
