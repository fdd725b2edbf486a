import { expect } from "chai";
import { marksOf } from "./fault-marks.ts";

describe("the places that a refusal of a price book names", () => {
  it("are marked each with what is said of it", () => {
    const said = 'line 3, column 5: "unit" is missing; give one; line 12, column 1: "prize" is not known; and 4 more';
    expect(marksOf(said)).to.deep.equal([
      { severity: "error", line: 3, column: 5, message: '"unit" is missing; give one' },
      { severity: "error", line: 12, column: 1, message: '"prize" is not known' },
    ]);
  });

  it("are none where none is named", () => {
    expect(marksOf("the server does not answer")).to.deep.equal([]);
  });
});
