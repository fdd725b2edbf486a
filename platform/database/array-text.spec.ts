import { expect } from "chai";
import fc from "fast-check";
import { arrayText, withArrayTexts } from "./array-text.ts";
import type { Database } from "./index.ts";
import { createTestDatabase, stopTestDatabases } from "./test-database.ts";

after(stopTestDatabases);

describe("arrays on their way to PostgreSQL", function () {
  // The first test of a run starts PostgreSQL.
  this.timeout(20_000);
  let db: Database;
  before(async () => {
    db = await createTestDatabase();
  });
  after(() => db.close());

  const comesBackAs = async (type: string, values: readonly unknown[]): Promise<unknown> => {
    expect(arrayText(values), "the driver's own way was not to be taken").to.be.a("string");
    const [row] = await db.query<{ back: unknown }>(`SELECT $1::${type}[] AS back`, [values]);
    return row?.back;
  };

  it("bring every text there and back, with quotes, backslashes, braces, commas, line ends and nulls", async () => {
    const awkward = fc.constantFrom(
      '"',
      "\\",
      "{",
      "}",
      ",",
      "NULL",
      "null",
      "",
      " ",
      "\n",
      "\r\n",
      "\\\\x00",
      "é",
      "🜂",
    );
    // PostgreSQL keeps no NUL in text, and half a character is none.
    const text = fc.oneof(awkward, fc.string({ unit: "grapheme" })).map((it) => it.replaceAll("\0", "").toWellFormed());
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(text)), async (values) => {
        expect(await comesBackAs("text", values)).to.deep.equal(values);
      }),
      { numRuns: 200 },
    );
  });

  it("bring numbers and truth values there and back", async () => {
    const numbers = [0, 1.5, -1e300, Number.NaN, Number.POSITIVE_INFINITY, null];
    expect(await comesBackAs("double precision", numbers)).to.deep.equal(numbers);
    expect(await comesBackAs("bigint", [1n, -(2n ** 63n)])).to.deep.equal(["1", String(-(2n ** 63n))]);
    expect(await comesBackAs("boolean", [true, false])).to.deep.equal([true, false]);
    expect(await comesBackAs("integer", [])).to.deep.equal([]);
  });

  it("are left to the driver where they hold anything else", () => {
    const others = [[new Date(0)], [Buffer.from("a")], [["a"], ["b"]], ["a", {}]];
    for (const values of others) {
      expect(arrayText(values)).to.equal(undefined);
      expect(withArrayTexts([values])?.[0]).to.equal(values);
    }
  });
});
