import { expect } from "chai";
import { parsePostmasterFile } from "./postmaster-file.ts";

describe("parsePostmasterFile", () => {
  it("reads process id, port and status", () => {
    const text = "4711\n/var/lib/phoenix/cluster\n1700000000\n40123\n\n127.0.0.1\n  1234567   32\nready   \n";
    expect(parsePostmasterFile(text)).to.deep.equal({ pid: 4711, port: 40123, status: "ready" });
  });

  for (const [what, text] of [
    ["empty", ""],
    ["cut off before the port", "4711\n/var/lib"],
    ["of a single-user server, whose process id is negative", "-4711\n/d\n1700000000\n5432\n\n\n"],
  ] as const) {
    it(`has nothing to say about a file that is ${what}`, () => {
      expect(parsePostmasterFile(text)).to.equal(undefined);
    });
  }
});
