import { create } from "@bufbuild/protobuf";
import { DeploymentSchema } from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import { expect } from "chai";
import { stepsOf } from "./steps-of.ts";

const hostsOf = (steps: number, total: number, canaryHosts = 0, stepPercents: number[] = []) =>
  stepsOf(create(DeploymentSchema, { steps, counts: { total }, strategy: { canaryHosts, stepPercents } })).map(
    ({ hosts }) => hosts,
  );

describe("the steps of a deployment", () => {
  it("tell how many hosts have the version by their end", () => {
    expect(hostsOf(4, 10)).to.deep.equal([1, 3, 5, 10]);
    expect(hostsOf(3, 100, 5, [50, 100])).to.deep.equal([5, 50, 100]);
    expect(hostsOf(1, 1)).to.deep.equal([1]);
  });

  it("tell no numbers where hosts came or went since they were planned", () => {
    expect(hostsOf(4, 2)).to.deep.equal([undefined, undefined, undefined, undefined]);
  });
});
