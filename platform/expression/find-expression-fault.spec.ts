import { expect } from "chai";
import fc from "fast-check";
import { compileExpression, findExpressionFault } from "./index.ts";

describe("findExpressionFault", () => {
  const good = [
    "nginx",
    "postgres|nginx",
    "sshd|systemd",
    "python3?",
    "postgres(-[0-9]+)?",
    "java|node|python3\\.\\d+",
    "pay-[0-9]{1,3}",
    "(nginx|httpd|caddy).*",
    "(?:web|api|db)-(?:eu|us)-\\d+",
    "((a|b)c)?",
    "(foo)+",
    "(?:a+|b)?",
    "[a-z]+[\\w.-]*",
    "\\x41+",
    "\\d+\\w*",
    "^x$",
    "\\bx\\B.*",
    "a\\.b",
    "a\\\\1",
    "[^/]]?",
    "[a\\-z]",
    "[-a]",
    "[\\d-]",
    "[:a]",
    "a{,5}",
    "a{",
    "\\(\\[\\{",
    "[(?=]",
    "\\(?=x",
    "größe|größer",
    ".*a.*b.*c.*d.*e.*",
    "a?b?c?d?e?f?g?h?i?j?k?l?",
    "a".repeat(512),
  ];
  for (const text of good) {
    it(`accepts ${text.slice(0, 60)}`, () => {
      expect(findExpressionFault(text)).to.equal(null);
    });
  }

  const bad: readonly (readonly [text: string, position: number, words: string])[] = [
    ["", 1, "is empty"],
    ["a".repeat(513), 513, "is longer than 512 characters"],
    ["ngi(?!nx)", 4, "looks ahead"],
    ["(?=a)a", 1, "looks ahead"],
    ["a(?=b)", 2, "only (?:...)"],
    ["x(?<=a)", 2, "looks behind"],
    ["x(?<!a)", 2, "looks behind"],
    ["(a)\\1", 4, "backreference"],
    ["[\\1]", 2, "refers back"],
    ["(?:a)\\k<n>", 6, "backreference"],
    ["(?P<n>a)", 1, "(?P"],
    ["(?<name>x)", 1, "only (?:...)"],
    ["(?i)nginx", 1, "flags"],
    ["(?i:NGINX)", 1, "flags"],
    ["(?>a)", 1, "only (?:...)"],
    ["\\0", 1, "\\0 is not read alike"],
    ["\\p{L}+", 1, "\\p is not read alike"],
    ["\\pL+", 1, "\\p is not read alike"],
    ["a\\Qb\\E", 2, "\\Q is not read alike"],
    ["\\Aa", 1, "\\A is not read alike"],
    ["\\u0041", 1, "\\u"],
    ["\\x{41}", 1, "two hexadecimal"],
    ["\\é", 1, "refused by RE2"],
    ["[[:alpha:]]", 2, "POSIX classes such as [:alpha:]"],
    ["[]", 1, "empty class"],
    ["[]a]", 1, "cannot begin with ]"],
    ["[^]", 1, "empty class"],
    ["x[a-z", 2, "never closed"],
    ["[\\b]", 2, "no meaning in a class"],
    ["x[z-a]", 2, "out of order"],
    ["[a-\\d]", 3, "a range cannot"],
    ["[\\d-z]", 4, "a range cannot"],
    ["a{2000}", 2, "at most 1000"],
    ["a{1,1001}", 2, "at most 1000"],
    ["a{2,1}", 2, "out of order"],
    ["a{01}", 2, "begins with 0"],
    ["x(nginx", 2, "never closed"],
    ["a)(b", 2, "closes a group"],
    ["nginx)", 6, "closes a group"],
    ["*", 1, "nothing to repeat"],
    ["a|+", 3, "nothing to repeat"],
    ["(?:{2})", 4, "nothing to repeat"],
    ["^*", 2, "nothing to repeat"],
    ["a++", 3, "nothing to repeat"],
    ["a\\", 2, "a backslash at the end"],
    ["a\nb", 2, "a control character"],
    ["[\u0000]", 2, "a control character"],
    ["😀+", 1, "above U+FFFF"],
    ["[😀]", 2, "above U+FFFF"],
  ];
  for (const [text, position, words] of bad) {
    it(`refuses ${JSON.stringify(text.slice(0, 60))} and says where`, () => {
      const fault = findExpressionFault(text);
      expect(fault?.problem).to.include(words);
      expect(fault?.position).to.equal(position);
    });
  }

  it("refuses to repeat a group that repeats or chooses, and says what to write", () => {
    const cases: [string, number][] = [
      ["(a+)+", 5],
      ["(?:a|a)*", 8],
      ["(a|b)*", 6],
      ["(?:a|b)+", 8],
      ["(?:a|b){1,3}", 8],
      ["((a?)b){2,}", 8],
      ["((a|b))*", 8],
      ["((?:ab)*c)+", 11],
    ];
    for (const [text, position] of cases) {
      const fault = findExpressionFault(text);
      expect(fault?.problem, text).to.match(/repeats a group that itself repeats or chooses.*write it without/);
      expect(fault?.position, text).to.equal(position);
    }
  });

  it("refuses what could be tried in too many ways without any nested repeat", () => {
    for (const text of ["a?".repeat(30) + "a".repeat(30), "(a|a)".repeat(25), ".*a".repeat(7), "(?:a|a?)".repeat(16)]) {
      expect(findExpressionFault(text)?.problem, text).to.include("for ever");
    }
  });

  it("takes a longer text where the caller does", () => {
    const names = Array.from({ length: 200 }, (_, i) => `service-${i}`).join("|");
    expect(findExpressionFault(names)?.position).to.equal(513);
    expect(findExpressionFault(names, 16_384)).to.equal(null);
  });

  it("never throws, and what it accepts compiles and is decided soon", () => {
    const pieces = fc.constantFrom(
      ..."()[]{}?*+|\\^$.,-:=!<>P123abuxk",
      "(?=",
      "[:",
      "\\1",
      "{3,4}",
      "a?",
      ".*",
      "(a|a)",
    );
    const names = ["a".repeat(24), `${"ab".repeat(12)}!`];
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
        const text = parts.join("");
        if (findExpressionFault(text) !== null) return;
        const { pattern } = compileExpression(text);
        const startedMs = performance.now();
        for (const name of names) pattern.test(name);
        expect(performance.now() - startedMs, text).to.be.below(2_000);
      }),
      { numRuns: 2000 },
    );
  });
});
