import { expect } from "chai";
import { condenseWords } from "./condense-words.ts";

describe("a collector's words", () => {
  it("lose log lines, usage text, the prefix and repetition", () => {
    const output = [
      "2026-11-21T08:00:00.000Z\tinfo\tservice@v0.160.0/service.go:1\tStarting",
      `Error: service::pipelines::metrics: references processor "nope" which is not configured`,
      "Usage:",
      "  --config string",
      `service::pipelines::metrics: references processor "nope" which is not configured`,
      "",
    ].join("\n");
    expect(condenseWords(output)).to.equal(
      `service::pipelines::metrics: references processor "nope" which is not configured`,
    );
  });

  it("stay short however much the collector says", () => {
    const many = Array.from({ length: 100 }, (_, line) => `complaint ${line}`).join("\n");
    expect(condenseWords(many).split("\n").at(-1)).to.equal("(and 88 more lines)");
    expect(condenseWords("x".repeat(10_000))).to.have.length(2_001);
  });
});
