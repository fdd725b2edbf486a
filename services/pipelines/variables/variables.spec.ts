import { readPipelineDefinition } from "@phoenix/catalog";
import { ErrorReason, PhoenixError } from "@phoenix/platform/errors";
import { expect } from "chai";
import fc from "fast-check";
import { resolveVariables } from "./index.ts";
import { joinExpressions } from "./resolve-variables.ts";

const definition = readPipelineDefinition(`name: mine
title: T
strategy: S
keeps: K
drops: D
variables:
  interval: {type: duration, default: 15s, minimum: 1s, maximum: 1h, help: Time between two scrapes.}
  critical: {type: regex, default: sshd, includes_must_keep: true, help: Names.}
  top: {type: integer, default: 10, minimum: 1, maximum: 100, help: How many.}
receivers: {host_metrics: {}}
pipelines: {metrics: {receivers: [host_metrics]}}
`).definition;
if (!definition) throw new Error("the definition of this spec cannot be read");

const nothing = { variables: {}, mustKeep: [] };

function refusal(given: Partial<Parameters<typeof resolveVariables>[1]>): PhoenixError {
  try {
    resolveVariables(definition as NonNullable<typeof definition>, { ...nothing, ...given });
  } catch (error) {
    if (error instanceof PhoenixError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("the values of variables", () => {
  it("are the defaults when none are given", () => {
    expect(resolveVariables(definition, nothing)).to.deep.equal({
      values: { interval: "15s", critical: "sshd", top: "10" },
      intervalMs: 15_000,
    });
  });

  it("are the caller's where given, with must-keep expressions added to what takes them", () => {
    const given = { variables: { top: "3", interval: "1m30s" }, mustKeep: ["pay-.*", "sshd"] };
    expect(resolveVariables(definition, given)).to.deep.equal({
      values: { interval: "1m30s", critical: "(?:sshd)|(?:pay-.*)", top: "3" },
      intervalMs: 90_000,
    });
  });

  it("are refused when unknown, with the list of known ones", () => {
    const error = refusal({ variables: { topp: "3" } });
    expect(error.reason).to.equal(ErrorReason.INVALID_VARIABLE);
    expect(error.message).to.equal('Pipeline mine has no variable "topp". Its variables: interval, critical, top.');
  });

  it("are refused when of the wrong type or out of range, with the list of known ones", () => {
    const message = (variables: Record<string, string>) => refusal({ variables }).message;
    expect(message({ top: "many" })).to.contain('"many" is not a whole number. How many.');
    expect(message({ top: "101" }))
      .to.contain('"101" is above 100')
      .and.contain("critical (regex), top (integer)");
    expect(message({ interval: "500ms" })).to.contain('"500ms" is below 1s');
    expect(message({ critical: "a(" }))
      .to.contain("is not a regular expression")
      .and.contain("at character 2: ");
  });

  it("never take a must-keep expression that the collector and the oracle would read differently", () => {
    expect(refusal({ mustKeep: ["(?=x)"] }).reason).to.equal(ErrorReason.INVALID_EXPRESSION);
    expect(refusal({ mustKeep: ["x".repeat(513)] }).message).to.contain("is longer than 512 characters");
  });
});

describe("an expression", () => {
  it("joined with others matches exactly what one of them matches", () => {
    const words = fc.constantFrom("a", "b|c", "ab?", "(?:x|y)z", "");
    fc.assert(
      fc.property(fc.array(words, { maxLength: 4 }), fc.stringMatching(/^[abcxyz]{0,3}$/), (expressions, name) => {
        const whole = (expression: string) => new RegExp(`^(?:${expression})$`).test(name);
        const given = expressions.filter((expression) => expression !== "");
        fc.pre(given.length > 0);
        expect(whole(joinExpressions(expressions))).to.equal(given.some(whole));
      }),
    );
  });
});
