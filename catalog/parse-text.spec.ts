import { expect } from "chai";
import { parseText } from "./index.ts";

describe("the place of what is not closed", () => {
  const places = (text: string) => parseText(text).problems.map(({ line, column }) => `${line}:${column}`);

  it("is where it begins, not where the parser gave up", () => {
    expect(places("a:\n  b: {c: {}\nd:\n  e: 1\nf: 2\n")).to.deep.equal(["2:6"]);
    expect(places('a: 1\nb: "10s\nc: 3\n\n')).to.deep.equal(["2:4"]);
    expect(places("a: 1\nb: '10s\nc: 3\n")).to.deep.equal(["2:4"]);
    expect(places("a:\n  [1,\n  {b: 2\n")).to.deep.equal(["3:3", "2:3"]);
    expect(places("{a: 1,\n b: 2")).to.deep.equal(["1:1"]);
  });

  it("comes with the line at which the end is missing", () => {
    expect(parseText("a: {b: 1\nc: 2\n").problems[0]?.message).to.match(/ end with a \}, which is missing at line 2$/);
  });

  it("is found in a text of very many", () => {
    expect(places("a: [\n".repeat(50_000)).length).to.be.at.least(1);
  }).timeout(30_000);
});
