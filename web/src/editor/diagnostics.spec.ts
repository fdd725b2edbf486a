import { Text } from "@codemirror/state";
import { expect } from "chai";
import { diagnosticsOf } from "./diagnostics.ts";

const text = Text.of(["processors:", "  filter/high: {error_mode: ignore}", "", "metrics: [filter/hgih, batch]"]);
const marked = (line: number, column: number) =>
  diagnosticsOf(text, [{ severity: "error", line, column, message: "x" }]).map(({ from, to }) =>
    text.sliceString(from, to),
  );

describe("marking what was found", () => {
  it("marks the word at the column", () => {
    expect(marked(4, 11)).to.deep.equal(["filter/hgih"]);
    expect(marked(2, 3)).to.deep.equal(["filter/high"]);
  });
  it("marks the line without its indent where there is no column", () => {
    expect(marked(2, 0)).to.deep.equal(["filter/high: {error_mode: ignore}"]);
  });
  it("stays within the text, whatever it is told", () => {
    expect(marked(4, 99)).to.deep.equal([""]);
    expect(marked(3, 1)).to.deep.equal([""]);
    expect(marked(0, 0)).to.deep.equal([]);
    expect(marked(5, 1)).to.deep.equal([]);
  });
});
