import { createHash } from "node:crypto";
import { expect } from "chai";
import { type ComponentTypes, componentsDigest } from "./index.ts";

const none: ComponentTypes = { receivers: [], processors: [], exporters: [], connectors: [], extensions: [] };

describe("the digest of components", () => {
  it("is the SHA-256 of a line for each, as the contract says", () => {
    const text = "receivers/host_metrics\nreceivers/otlp\nprocessors/batch\nextensions/health_check\n";
    const types = { ...none, receivers: ["otlp", "host_metrics"], processors: ["batch"], extensions: ["health_check"] };
    expect(componentsDigest(types)).to.equal(createHash("sha256").update(text).digest("hex"));
  });

  it("counts neither order nor doubles, but the kind", () => {
    const digest = componentsDigest({ ...none, exporters: ["debug", "file"] });
    expect(componentsDigest({ ...none, exporters: ["file", "debug", "file"] })).to.equal(digest);
    expect(componentsDigest({ ...none, receivers: ["debug", "file"] })).not.to.equal(digest);
    expect(componentsDigest({ ...none, exporters: ["debug"] })).not.to.equal(digest);
  });
});
