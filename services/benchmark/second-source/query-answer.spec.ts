import { expect } from "chai";
import fc from "fast-check";
import { readQueryAnswer } from "./query-answer.ts";

const success = (result: unknown) => JSON.stringify({ status: "success", data: { resultType: "any", result } });

describe("an answer of Prometheus", () => {
  it("is read as a matrix or a vector", () => {
    const labels = { host_id: "h1" };
    const matrix = [
      {
        metric: labels,
        values: [
          [1.5, "3"],
          [2, "4e2"],
        ],
      },
    ];
    expect(readQueryAnswer(success(matrix))).to.deep.equal({
      ok: true,
      series: [
        {
          labels,
          samples: [
            { atMs: 1500, value: 3 },
            { atMs: 2000, value: 400 },
          ],
        },
      ],
    });
    expect(readQueryAnswer(success([{ metric: labels, value: [1, "7"] }]))).to.deep.equal({
      ok: true,
      series: [{ labels, samples: [{ atMs: 1000, value: 7 }] }],
    });
  });

  it("that is an error gives its words, printable and short", () => {
    const text = JSON.stringify({ status: "error", error: `too\u001b[31m many\n${"x".repeat(500)}` });
    const answer = readQueryAnswer(text);
    expect(answer).to.have.property("ok", false);
    expect(answer)
      .to.have.property("words")
      .that.matches(/^too \[31m many x{100,190}\.\.\.$/);
  });

  it("that is something else is refused, never half read", () => {
    const strange = [
      "",
      "<html>",
      "null",
      "[]",
      "{}",
      '{"status":"success"}',
      success([{ metric: {}, values: [[1]] }]),
      success([{ metric: {}, value: [1, "NaN"] }]),
      success([{ metric: {}, value: [1, ""] }]),
      success([{ metric: {}, value: ["1", "1"] }]),
      success([{}]),
    ];
    for (const text of strange) expect(readQueryAnswer(text), text).to.have.property("ok", false);
  });

  it("never throws", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.jsonValue().map(success)), (text) => {
        expect(readQueryAnswer(text).ok).to.be.a("boolean");
      }),
    );
  });
});
