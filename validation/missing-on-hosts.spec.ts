import { readDocument } from "@phoenix/catalog";
import { expect } from "chai";
import { type HostGroup, missingOnHosts } from "./index.ts";

const document = readDocument(`receivers:
  hostmetrics: {scrapers: {cpu: {}}}
processors:
  filter/low: {}
  batch: {}
`);
const group = (hostNames: string[], processors: string[], more = 0): HostGroup => ({
  components: { receivers: ["host_metrics"], processors, exporters: [], connectors: [], extensions: [] },
  collectorVersions: ["0.160.0"],
  hostCount: hostNames.length + more,
  hostNames,
});

describe("components that hosts lack", () => {
  it("are none where every host has them, under the old name or the new", () => {
    expect(missingOnHosts(document, [])).to.deep.equal([]);
    expect(missingOnHosts(document, [group(["a"], ["batch", "filter"])])).to.deep.equal([]);
  });

  it("are errors at their place that name the hosts, the first of many, and what to do", () => {
    const names = ["a", "b", "c", "d", "e", "f"];
    const found = missingOnHosts(document, [
      group(names, ["batch", "filters"], 994),
      group(["web"], ["batch", "filter"]),
    ]);
    expect(found).to.deep.equal([
      {
        severity: "error",
        rule: "host-component",
        path: "processors.filter/low",
        line: 4,
        column: 3,
        message: "The collectors (0.160.0) of a, b, c, d, e and 995 more have no processor of the type filter.",
        suggestion: "Write filters/low here and where it is used. Or leave these hosts out.",
      },
    ]);
  });

  it("are not known of hosts that have not told, which is a warning", () => {
    const silent = { collectorVersions: [], hostCount: 2, hostNames: ["a", "b"] };
    const [finding, ...more] = missingOnHosts(document, [silent, { ...silent, hostCount: 1, hostNames: ["c"] }]);
    expect(more).to.deep.equal([]);
    expect(finding).to.include({ severity: "warning", rule: "host-components-unknown" });
    expect(finding?.message).to.equal("It is not known what the collector of a, b, c contains.");
  });
});
