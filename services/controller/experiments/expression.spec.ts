import { expect } from "chai";
import fc from "fast-check";
import { compileExpression, findExpressionFault } from "./expression.ts";

describe("findExpressionFault", () => {
  const good = [
    "nginx",
    "postgres(-[0-9]+)?",
    "java|node|python3\\.\\d+",
    "(?:a|b){1,3}",
    "(?i:NGINX)",
    "[a-z]+[\\w.-]*",
    "\\x41+",
    "[^/]]?",
    "a{,5}",
    "(?<name>x)",
    "\\(\\[\\{",
    "[(?=]",
    "\\(?=x",
  ];
  for (const expression of good) {
    it(`accepts ${expression}`, () => {
      expect(findExpressionFault(expression)).to.equal(null);
    });
  }

  const bad: readonly (readonly [string, number, string])[] = [
    ["ngi(?!nx)", 4, "looks ahead"],
    ["(?=a)a", 1, "looks ahead"],
    ["x(?<=a)", 2, "looks behind"],
    ["x(?<!a)", 2, "looks behind"],
    ["(a)\\1", 4, "backreference"],
    ["(?<n>a)\\k<n>", 8, "backreference"],
    ["(?P<n>a)", 1, "(?P"],
    ["(?i)nginx", 1, "flags"],
    ["\\p{L}+", 1, "\\p does not mean the same"],
    ["a\\Qb\\E", 2, "\\Q"],
    ["\\u0041", 1, "\\u"],
    ["[[:alpha:]]", 2, "POSIX"],
    ["[]", 1, "empty class"],
    ["[^]", 1, "empty class"],
    ["[a-z", 1, "never closed"],
    ["a{2000}", 2, "at most 1000"],
    ["nginx(", 1, "Unterminated group"],
    ["a)(b", 1, "Unmatched"],
    ["*", 1, "Nothing to repeat"],
    ["a++", 1, "Nothing to repeat"],
    ["\\", 1, "backslash at the end"],
    ["[\\b]", 2, "in a class"],
    ["[z-a]", 1, "out of order"],
  ];
  for (const [expression, position, words] of bad) {
    it(`refuses ${expression} and says where`, () => {
      const fault = findExpressionFault(expression);
      expect(fault?.problem).to.include(words);
      expect(fault?.position).to.equal(position);
    });
  }

  it("never throws, and what it accepts compiles", () => {
    const pieces = fc.constantFrom(..."()[]{}?*+|\\^$.,-:=!<>P123abuxk", "(?=", "[:", "\\1", "{3,4}");
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const expression = parts.join("");
        if (findExpressionFault(expression) === null) compileExpression(expression);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("compileExpression", () => {
  it("matches whole names only", () => {
    const expression = compileExpression("nginx|java");
    expect(expression.test("nginx")).to.equal(true);
    expect(expression.test("nginx-worker")).to.equal(false);
    expect(expression.test("myjava")).to.equal(false);
  });
});
