import type { VariableType } from "@phoenix/catalog";
import { expect } from "chai";
import { checkValue, parseDurationMs } from "./index.ts";

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
