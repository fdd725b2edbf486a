import { expect } from "chai";
import { ErrorReason, isPhoenixError, type PhoenixError } from "../errors/index.ts";
import { compileExpression } from "./index.ts";

describe("compileExpression", () => {
  it("matches the whole name and nothing less", () => {
    const { text, pattern } = compileExpression("nginx|payment-.*");
    expect(text).to.equal("nginx|payment-.*");
    for (const name of ["nginx", "payment-api", "payment-"]) expect(pattern.test(name), name).to.equal(true);
    for (const name of ["nginx2", "my-nginx", "payment", "a payment-api", "nginx\n", "nginx-worker"]) {
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
      ["a\\\\1", "a\\1"],
    ];
    for (const [text, name] of cases) expect(compileExpression(text).pattern.test(name), text).to.equal(true);
  });

  it("refuses anything else with the expression, the place, the fault and the field it came from", () => {
    const refuse = (text: string, field?: string): PhoenixError => {
      try {
        compileExpression(text, field);
      } catch (error) {
        if (isPhoenixError(error, ErrorReason.INVALID_EXPRESSION)) return error;
        throw error;
      }
      throw new Error(`nothing was refused in ${text}`);
    };
    const error = refuse("java(?!script)", "spec.must_keep");
    expect(error.message).to.include('"java(?!script)"').and.include("At character 5: this looks ahead");
    expect(error.metadata).to.deep.equal({ expression: "java(?!script)", position: "5", field: "spec.must_keep" });
    expect(refuse("(").metadata).to.deep.equal({ expression: "(", position: "1" });
    const long = "a".repeat(600);
    expect(refuse(long).message)
      .to.include(JSON.stringify(long.slice(0, 512)))
      .and.not.include(long);
  });
});
