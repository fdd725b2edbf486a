import { stringify } from "yaml";
import { type PriceBook, rules } from "../cost/index.ts";

/** A book as the YAML that reads as it. */
export function writePriceFile(book: PriceBook): string {
  const { name, title, unit, currency, asOf, source, trust, rule } = book;
  const common = { name, title, unit, currency, as_of: asOf, source, trust, rule };
  if (!("tiers" in book)) {
    // In the rule's order, whatever order they were kept in: the same book is the same text.
    const known = Object.keys(rules.get(rule)?.prices ?? {}).filter((price) => Object.hasOwn(book.prices, price));
    const prices = Object.fromEntries(known.map((price) => [price, book.prices[price]]));
    return stringify({ ...common, prices }, { lineWidth: 0 });
  }
  const { counts, statistic, per, included, tiers, minimum, platformFee } = book;
  const steps = tiers.map(({ upTo, price }) => (Number.isFinite(upTo) ? { up_to: upTo, price } : { price }));
  return stringify(
    {
      ...common,
      counts,
      ...(statistic === undefined ? {} : { statistic }),
      per,
      included,
      tiers: steps,
      minimum,
      platform_fee: platformFee,
    },
    { lineWidth: 0 },
  );
}
