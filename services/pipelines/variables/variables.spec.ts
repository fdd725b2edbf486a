import { readPipelineDefinition, type VariableType } from "@phoenix/catalog";
import { ErrorReason, PhoenixError } from "@phoenix/platform/errors";
import { expect } from "chai";
import fc from "fast-check";
import { checkValue, parseDurationMs, resolveVariables } from "./index.ts";
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

describe("a value", () => {
  const value = (type: VariableType, text: string) =>
    checkValue({ name: "x", type, defaultValue: "", help: "", includesMustKeep: false }, text) === undefined;

  it("is judged by its type", () => {
    expect(["0", "-5", "12"].every((text) => value("integer", text))).to.equal(true);
    expect(["", "1.5", "1e3", " 1", "0x10"].some((text) => value("integer", text))).to.equal(false);
    expect(["0.5", "-1", "1e3"].every((text) => value("number", text))).to.equal(true);
    expect(["", ".5", "NaN", "Infinity", "1e999"].some((text) => value("number", text))).to.equal(false);
    expect(["True", "1", ""].some((text) => value("boolean", text))).to.equal(false);
    expect(["a\nb", "a\u0000"].some((text) => value("string", text))).to.equal(false);
  });

  it("of a regular expression is read alike by the collector and the agent, or empty, and may be a long list", () => {
    const names = Array.from({ length: 200 }, (_, i) => `service-${i}`).join("|");
    expect(["", "sshd|systemd", "pay-[0-9]{1,3}", names].every((text) => value("regex", text))).to.equal(true);
    expect(["(?i)a", "(?:a|b)+", "a{2000}", "a\nb"].some((text) => value("regex", text))).to.equal(false);
  });

  it("of a duration is read as the collector reads it", () => {
    expect(["15s", "1m30s", "1.5h", "250ms", "2us"].map(parseDurationMs)).to.deep.equal([
      15_000, 90_000, 5_400_000, 250, 0.002,
    ]);
    expect(["", "15", "s", "15 s", "-1s", "1d", "1s2"].map(parseDurationMs)).to.deep.equal(Array(7).fill(undefined));
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
