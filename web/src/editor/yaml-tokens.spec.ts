import { expect } from "chai";
import fc from "fast-check";
import { yamlTokens } from "./yaml-tokens.ts";

const read = (text: string) => yamlTokens(text).map(({ from, to, kind }) => [kind, text.slice(from, to)]);

describe("the tokens of YAML", () => {
  it("tells keys, values, signs and comments apart", () => {
    expect(read("# head\na: 1 # tail\nb: [x, true]\n'c': \"d\"\n")).to.deep.equal([
      ["comment", "# head"],
      ["key", "a"],
      ["sign", ":"],
      ["number", "1"],
      ["comment", "# tail"],
      ["key", "b"],
      ["sign", ":"],
      ["sign", "["],
      ["text", "x"],
      ["sign", ","],
      ["constant", "true"],
      ["sign", "]"],
      ["key", "'c'"],
      ["sign", ":"],
      ["text", '"d"'],
    ]);
  });

  it("shows references inside of texts", () => {
    expect(read(`a: 127.0.0.1:\${env:PORT}/x`)).to.deep.equal([
      ["key", "a"],
      ["sign", ":"],
      ["text", "127.0.0.1:"],
      ["reference", `\${env:PORT}`],
      ["text", "/x"],
    ]);
  });

  it("shows texts of several lines, anchors and lists", () => {
    expect(read("a: &x\n  - |\n    one\n    two\n  - *x\n")).to.deep.equal([
      ["key", "a"],
      ["sign", ":"],
      ["name", "&x"],
      ["sign", "-"],
      ["sign", "|"],
      ["text", "    one\n    two\n"],
      ["sign", "-"],
      ["name", "*x"],
    ]);
  });

  it("goes on behind what is broken and never overlaps, whatever the text", () => {
    expect(read("a: [\nb: 1\n").some(([kind, text]) => kind === "key" && text === "a")).to.equal(true);
    const bits = fc.constantFrom(
      "a",
      ": ",
      "- ",
      "\n",
      "  ",
      "[",
      "]",
      "{",
      "}",
      "#",
      '"',
      "'",
      "|",
      `\${x}`,
      "&",
      "*",
      "!",
      "\t",
      ",",
    );
    fc.assert(
      fc.property(fc.array(bits, { maxLength: 40 }), (parts) => {
        const text = parts.join("");
        let end = 0;
        for (const { from, to } of yamlTokens(text)) {
          expect(from).to.be.at.least(end);
          expect(to).to.be.within(from + 1, text.length);
          end = to;
        }
      }),
      { numRuns: 500 },
    );
  });
});
