import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { rules, shippedBooks, type TierTerms, takesStatistic, tierCounts, tierStatistics } from "../cost/index.ts";
import { readPriceFile, writePriceFile } from "./index.ts";

const flat = `name: ours
title: Our vendor
unit: Samples ingested.
currency: EUR
as_of: 2026-11-20
source: the contract
trust: contract
rule: signoz
prices:
  per_million_samples: 0.08
`;
const tiered = `name: ours
title: Our vendor
unit: Active series.
currency: USD
as_of: 2026-11-20
source: the contract
trust: contract
rule: tiers
counts: active-series-1h
statistic: p95
per: 1000
included: 500
tiers:
  - up_to: 10000
    price: 6.5
  - price: 4
minimum: 100
platform_fee: 19
`;
const faultsOf = (yaml: string): string[] => {
  const read = readPriceFile(yaml);
  if ("book" in read) return [];
  return read.faults.map(({ line, column, message }) => `${line}:${column} ${message}`);
};

describe("a price file", () => {
  it("is read", () => {
    expect(readPriceFile(flat)).to.deep.equal({
      book: {
        name: "ours",
        title: "Our vendor",
        unit: "Samples ingested.",
        currency: "EUR",
        asOf: "2026-11-20",
        source: "the contract",
        trust: "contract",
        rule: "signoz",
        prices: { per_million_samples: 0.08 },
      },
    });
    expect(readPriceFile(tiered))
      .to.have.nested.property("book.tiers")
      .that.deep.equals([
        { upTo: 10_000, price: 6.5 },
        { upTo: Number.POSITIVE_INFINITY, price: 4 },
      ]);
    const least = tiered.replace(/included.*\n|minimum.*\n|platform_fee.*\n/g, "");
    expect(readPriceFile(least)).to.have.property("book").that.includes({ included: 0, minimum: 0, platformFee: 0 });
  });

  it("is written as it would be read, for every book that ships", () => {
    for (const book of shippedBooks) expect(readPriceFile(writePriceFile(book))).to.deep.equal({ book });
  });

  it("is written as it would be read, whatever the tiers", () => {
    const amount = fc.double({ min: 0, max: 1e12, noNaN: true, noDefaultInfinity: true });
    const terms = fc
      .record({
        counts: fc.constantFrom(...tierCounts),
        statistic: fc.constantFrom(...tierStatistics),
        per: fc.double({ min: 1e-3, max: 1e9, noNaN: true }),
        included: amount,
        ends: fc.uniqueArray(fc.double({ min: 1, max: 1e12, noNaN: true }), { maxLength: 5 }),
        price: amount,
        minimum: amount,
        platformFee: amount,
      })
      .map(({ ends, price, statistic, ...rest }): TierTerms => {
        const tiers = [...ends.sort((a, b) => a - b), Number.POSITIVE_INFINITY].map((upTo) => ({ upTo, price }));
        return { ...rest, statistic: takesStatistic(rest.counts) ? statistic : undefined, tiers };
      });
    fc.assert(
      fc.property(terms, fc.string({ minLength: 1 }), (tiers, text) => {
        const words = text.trim() === "" ? "x" : text;
        const common = { name: "ours", title: words, unit: words, currency: "USD", asOf: "2026-11-20", source: words };
        const book = { ...common, trust: "contract" as const, rule: "tiers" as const, ...tiers };
        expect(readPriceFile(writePriceFile(book))).to.deep.equal({ book });
      }),
    );
  });

  const refusals: [what: string, yaml: string, faults: string[]][] = [
    ["no YAML", "name: [", ["1:8"]],
    ["an empty text", "", ["1:1 a price book is a mapping: name, title, unit and so on"]],
    ["a list", "- name: x\n", ["1:1 a price book is a mapping: name, title, unit and so on"]],
    ["a field that is missing", flat.replace(/source.*\n/, ""), ['1:1 the price book lacks "source"']],
    ["a field without a value", flat.replace("the contract", ""), ['6:1 "source" has no value']],
    [
      "a price that is missing",
      flat.replace("  per_million_samples: 0.08", "  per_billion: 1"),
      [
        '10:3 "per_billion" is no field of "prices"; its fields are per_million_samples',
        '10:3 "prices" lacks "per_million_samples"',
      ],
    ],
    [
      "prices that are no mapping",
      flat.replace(/prices:\n.*\n/, "prices: 3\n"),
      ['9:9 "prices" must be a mapping, name: value'],
    ],
    [
      "an unknown field",
      `${flat}colour: red\n`,
      [
        '11:1 "colour" is no field of the price book; its fields are name, title, unit, currency, as_of, source, trust, rule, prices',
      ],
    ],
    ["a field twice", `${flat}name: again\n`, ["11:1 Map keys must be unique"]],
    [
      "a text for a number",
      flat.replace("0.08", "cheap"),
      ['10:24 "per_million_samples" must be a finite number of zero or more'],
    ],
    [
      "a number for a text",
      flat.replace("Our vendor", "42"),
      ['2:8 "title" must be a text; put it in quotes if it looks like a number'],
    ],
    [
      "a negative price",
      flat.replace("0.08", "-1"),
      ['10:24 "per_million_samples" must be a finite number of zero or more'],
    ],
    [
      "an infinite price",
      flat.replace("0.08", ".inf"),
      ['10:24 "per_million_samples" must be a finite number of zero or more'],
    ],
    [
      "a price that is none",
      flat.replace("0.08", ".nan"),
      ['10:24 "per_million_samples" must be a finite number of zero or more'],
    ],
    [
      "an unknown currency",
      flat.replace("EUR", "Euro"),
      ['4:11 "currency" must be an ISO 4217 code of three capitals, such as USD'],
    ],
    ["a day that is none", flat.replace("2026-11-20", "2026-02-30"), ['5:8 "as_of" must be a day such as 2026-11-20']],
    [
      "an unknown trust",
      flat.replace("trust: contract", "trust: rumour"),
      ['7:8 "trust" must be one of vendor, secondary, contract'],
    ],
    [
      "an unknown rule",
      flat.replace("signoz", "splunk"),
      [`8:7 "rule" must be one of ${[...rules.keys(), "tiers"].join(", ")}`],
    ],
    [
      "a bad name",
      flat.replace("name: ours", "name: Our Book"),
      ['1:7 "name" must be lower-case letters, digits and hyphens, at most 63'],
    ],
    [
      "an alias",
      `${flat.replace("0.08", "&p 0.08")}other: *p\n`,
      ["11:8 aliases are not read here; write the value out"],
    ],
    [
      "tiers that do not ascend",
      tiered.replace("  - price: 4", "  - up_to: 9000\n    price: 5\n  - price: 4"),
      ["16:12 tiers must ascend: 9000 is not above 10000"],
    ],
    [
      "a last tier with an end",
      tiered.replace("  - price: 4", "  - up_to: 20000\n    price: 4"),
      ['16:12 the last tier has no "up_to": its price holds for all the rest'],
    ],
    ["a tier without its price", tiered.replace("  - price: 4", "  - {}"), ['16:5 entry 2 of "tiers" lacks "price"']],
    [
      "a tier without an end before the last",
      tiered.replace("  - up_to: 10000\n    price", "  - price"),
      ['14:5 entry 1 of "tiers" lacks "up_to"'],
    ],
    [
      "no tiers",
      tiered.replace(/tiers:\n(.*\n){3}minimum/, "tiers: []\nminimum"),
      ['13:8 "tiers" must be a list with at least one entry'],
    ],
    ["a price for no amount", tiered.replace("per: 1000", "per: 0"), ['11:6 "per" must be above zero']],
    [
      "a statistic that is missing",
      tiered.replace("statistic: p95\n", ""),
      ['9:9 "statistic" is missing: active-series-1h needs mean, p95 or sum'],
    ],
    [
      "a statistic of what has none",
      tiered.replace("active-series-1h", "samples"),
      ['10:12 samples takes no "statistic"; leave it out'],
    ],
    [
      "points that come with no series",
      flat
        .replace("signoz", "grafana")
        .replace(
          "  per_million_samples: 0.08",
          "  per_thousand_series: 6\n  included_series: 0\n  included_points_per_minute: 0",
        ),
      ['12:31 "included_points_per_minute" must be above zero'],
    ],
  ];
  for (const [what, yaml, faults] of refusals) {
    it(`is refused with ${what}, at its place`, () => {
      const found = faultsOf(yaml);
      expect(found).to.have.length(faults.length);
      for (const [index, fault] of faults.entries())
        expect(found[index]).to.satisfy((said: string) => said.startsWith(fault));
    });
  }

  it("says everything that is wrong at once, in order of place", () => {
    const found = faultsOf(flat.replace("EUR", "x").replace("0.08", "-1").replace("title: Our vendor\n", ""));
    expect(found.map((fault) => fault.split(" ")[0])).to.deep.equal(["1:1", "3:11", "9:24"]);
  });

  it("is what docs/price-books.md shows, and the page names every rule with its prices", () => {
    const page = readFileSync(join(import.meta.dirname, "..", "..", "..", "docs", "price-books.md"), "utf8");
    const shown = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml = ""]) => yaml);
    expect(shown.length).to.be.at.least(4);
    for (const yaml of shown) expect(faultsOf(yaml), yaml).to.deep.equal([]);
    for (const { name, prices } of rules.values()) {
      for (const [price, meaning] of Object.entries(prices)) {
        expect(page).to.contain(`| \`${name}\` | \`${price}\` | ${meaning} |`);
      }
    }
    for (const counts of tierCounts) expect(page).to.contain(`| \`${counts}\` |`);
    for (const { name } of shippedBooks) expect(page).to.contain(`| \`${name}\` |`);
  });
});
