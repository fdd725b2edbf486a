import { expect } from "chai";
import fc from "fast-check";
import { visibleText } from "./visible-text.ts";

describe("visibleText", () => {
  const table: [title: string, text: string, expected: string][] = [
    [
      "leaves ordinary text of any script",
      "nginx · płatności · 支付 · خدمة · 👩‍💻\nnext",
      "nginx · płatności · 支付 · خدمة · 👩‍💻\nnext",
    ],
    ["shows an escape sequence", "\u001b[2Jgone", "␛[2Jgone"],
    ["shows NUL, tab, carriage return and DEL", "\0\t\r\u007f", "␀␉␍␡"],
    ["shows C1 controls", "\u009b31m", "[U+009B]31m"],
    ["shows marks that turn the direction", "invoice\u202egpj.exe\u2066", "invoice[U+202E]gpj.exe[U+2066]"],
    ["shows characters without a width", "a\u200bb\ufeff", "a[U+200B]b[U+FEFF]"],
    ["mends half a surrogate pair", "a\ud800b", "a\ufffdb"],
  ];
  for (const [title, text, expected] of table) {
    it(title, () => expect(visibleText(text)).to.equal(expected));
  }

  it("leaves nothing that acts, and changes nothing the second time", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const shown = visibleText(text);
        expect(shown.replaceAll("\n", "")).to.not.match(/[\p{Cc}\p{Bidi_Control}\p{Cs}]/u);
        expect(visibleText(shown)).to.equal(shown);
      }),
    );
  });
});
