import { expect } from "chai";
import { formatVersion, isSupportedVersion, parseVersion } from "./version.ts";

describe("collector version", () => {
  it("is read from what the binary prints", () => {
    expect(parseVersion("otelcol-contrib version 0.160.1\n")).to.deep.equal({ major: 0, minor: 160, patch: 1 });
    expect(parseVersion("v0.149.0")).to.deep.equal({ major: 0, minor: 149, patch: 0 });
  });

  it("is undefined when the text has none", () => {
    expect(parseVersion("command not found")).to.equal(undefined);
  });

  it("is written back as it was read", () => {
    expect(formatVersion({ major: 0, minor: 160, patch: 0 })).to.equal("0.160.0");
  });

  it("is supported from the oldest release to the newest, both included", () => {
    expect(
      ["0.148.9", "0.149.0", "0.160.0", "0.170.3", "0.171.0", "1.160.0", "latest"].map(isSupportedVersion),
    ).to.deep.equal([false, true, true, true, false, false, false]);
  });
});
