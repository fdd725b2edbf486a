import { create } from "@bufbuild/protobuf";
import { HostSchema } from "@phoenix/gen/phoenix/controller/v1/fleet_pb.ts";
import { expect } from "chai";
import { groupHosts, labelNames } from "./group-hosts.ts";

const host = (hostId: string, labels: Record<string, string>) => create(HostSchema, { hostId, labels });
const hosts = [
  host("a", { zone: "1", role: "web" }),
  host("b", { zone: "2" }),
  host("c", { zone: "2" }),
  host("d", { role: "db" }),
];
const shape = (label: string) =>
  groupHosts(hosts, label).map((group) => [group.name, group.hosts.map((h) => h.hostId)]);

describe("hosts by a label", () => {
  it("stand by its values, the largest group first, and those without it last", () => {
    expect(shape("zone")).to.deep.equal([
      ["zone=2", ["b", "c"]],
      ["zone=1", ["a"]],
      ["without zone", ["d"]],
    ]);
  });

  it("are one group without a label", () => {
    expect(shape("")).to.deep.equal([["All hosts", ["a", "b", "c", "d"]]]);
  });

  it("have the names of their labels, each once", () => {
    expect(labelNames(hosts)).to.deep.equal(["role", "zone"]);
  });
});
