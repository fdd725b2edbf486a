import { ErrorReason, isPhoenixError, type PhoenixError } from "@phoenix/platform/errors";
import { expect } from "chai";
import { compileMustKeep } from "./index.ts";

describe("compileMustKeep", () => {
  it("matches the whole name and nothing less", () => {
    const { expression, pattern } = compileMustKeep("nginx|payment-.*");
    expect(expression).to.equal("nginx|payment-.*");
    for (const name of ["nginx", "payment-api", "payment-"]) expect(pattern.test(name), name).to.equal(true);
    for (const name of ["nginx2", "my-nginx", "payment", "a payment-api", "nginx\n"]) {
      expect(pattern.test(name), name).to.equal(false);
    }
  });

  it("takes what RE2 and JavaScript read alike", () => {
    const cases: [string, string][] = [
      ["redis-server", "redis-server"],
      ["payment\\-api\\.v1", "payment-api.v1"],
      ["[a-z]+[0-9]{1,3}", "web12"],
      ["(?:web|api)-\\d+", "api-7"],
      ["(foo)+", "foofoo"],
      ["(?:a|b)?c", "c"],
      ["[^\\s\\]]+", "x"],
      ["\\x41.*?", "Abc"],
      ["a{", "a{"],
    ];
    for (const [expression, name] of cases)
      expect(compileMustKeep(expression).pattern.test(name), expression).to.equal(true);
  });

  it("refuses anything else with the expression, the fault and what to do", () => {
    const refused: [string, RegExp][] = [
      ["", /is empty/],
      ["a".repeat(513), /longer than 512/],
      ["(nginx", /not a regular expression/],
      ["nginx)", /closes a group/],
      ["*", /not a regular expression/],
      ["a**", /not a regular expression/],
      ["[a-", /does not close/],
      ["[]a]", /cannot begin with \]/],
      ["[[:alpha:]]", /:alpha:/],
      ["(a)\\1", /refers back/],
      ["a(?=b)", /only \(\?:/],
      ["(?i)nginx", /only \(\?:/],
      ["(?<n>a)", /only \(\?:/],
      ["\\pL+", /\\p is not read alike/],
      ["\\Qa\\E", /\\Q is not read alike/],
      ["\\x{41}", /two hexadecimal/],
      ["[\\b]", /no meaning/],
      ["a{1001}", /more than 1000/],
      ["a\\", /ends with a backslash/],
      ["(a+)+", /repeats a group/],
      ["(?:a|a)*", /repeats a group/],
      ["((a?)b){2,}", /repeats a group/],
    ];
    for (const [expression, words] of refused) {
      let thrown: unknown;
      try {
        compileMustKeep(expression);
      } catch (error) {
        thrown = error;
      }
      expect(isPhoenixError(thrown, ErrorReason.INVALID_EXPRESSION), expression).to.equal(true);
      expect((thrown as PhoenixError).message).to.match(words);
      expect((thrown as PhoenixError).message).to.contain(JSON.stringify(expression.slice(0, 512)));
    }
  });
});
