import { expect } from "chai";
import fc from "fast-check";
import { quote, selector } from "./selector.ts";

/** Reads a literal as PromQL does: the escapes of Go, and no character that would end it. */
function unquote(literal: string): string {
  const inside = /^"((?:[^"\\\n]|\\.)*)"$/s.exec(literal)?.[1];
  if (inside === undefined) throw new Error(`${literal} is not one literal`);
  return inside.replace(
    /\\(?:(["\\])|u([0-9a-f]{4})|U([0-9a-f]{8}))/g,
    (_, plain: string, short: string, long: string) =>
      plain === undefined ? String.fromCodePoint(Number.parseInt(short ?? long, 16)) : plain,
  );
}

describe("a PromQL selector", function () {
  this.timeout(30_000);

  it("is one literal for every value, which reads back as the value", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (value) => {
        expect(unquote(quote(value))).to.equal(value);
      }),
      { examples: [['"'], ["\\"], ['\\"'], ['"} or up #'], ["\n"], ["\u0000"], ["😀"]] },
    );
  });

  it("is plain ASCII in one line, whatever stands in the value", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (value) => {
        expect(quote(value)).to.match(/^[\x20-\x7e]*$/);
      }),
    );
  });

  it("takes half a surrogate pair for the character that UTF-8 has instead", () => {
    expect(quote("a\ud800b")).to.equal('"a\\ufffdb"');
  });

  it("matches one text, or one of several and nothing else", () => {
    expect(selector({ experiment_id: 'e"1', variant: "baseline" })).to.equal(
      '{experiment_id="e\\"1",variant="baseline"}',
    );
    expect(selector({ host_id: ["a.b", "c|d"] })).to.equal('{host_id=~"a\\\\.b|c\\\\|d"}');
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), fc.string(), (values, other) => {
        const pattern = unquote(selector({ host_id: values }).slice("{host_id=~".length, -1));
        // Prometheus anchors a pattern on both sides.
        const matches = new RegExp(`^(?:${pattern})$`, "s");
        for (const value of values) expect(matches.test(value)).to.equal(true);
        expect(matches.test(other)).to.equal(values.includes(other));
      }),
    );
  });
});
