import { expect } from "chai";
import { hashBytes, lane1, lane2 } from "./identity-hash.ts";
import { createNameMatcher, type NameMatcher } from "./name-matcher.ts";

function match(matcher: NameMatcher, name: string): string | undefined {
  const bytes = new TextEncoder().encode(`<${name}>`);
  hashBytes(bytes, 1, bytes.length - 1, 5, 6);
  return matcher.match(lane1, lane2, bytes, 1, bytes.length - 1);
}

describe("createNameMatcher", () => {
  it("answers with the name when an expression matches it, the first time and later", () => {
    const matcher = createNameMatcher([/^(?:nginx)$/, /^(?:pay.*)$/]);
    for (let time = 0; time < 2; time++) {
      expect(match(matcher, "nginx")).to.equal("nginx");
      expect(match(matcher, "payment-api")).to.equal("payment-api");
      expect(match(matcher, "nginx2")).to.equal(undefined);
    }
  });

  it("stays bounded however many names come, and still answers right", () => {
    const matcher = createNameMatcher([/^(?:p.*)$/], 100);
    for (let n = 0; n < 1_000; n++) {
      expect(match(matcher, `p${n}`)).to.equal(`p${n}`);
      expect(matcher.size).to.be.at.most(100);
    }
  });

  it("never matches a name that is too long to be reported", () => {
    expect(match(createNameMatcher([/^(?:a+)$/]), "a".repeat(1025))).to.equal(undefined);
  });
});
