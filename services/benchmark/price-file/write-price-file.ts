import { stringify } from "yaml";
import type { PriceBook } from "../cost/index.ts";

/** A book as the YAML that reads as it. */
export function writePriceFile(book: PriceBook): string {
  const { name, title, unit, currency, asOf, source, trust, rule } = book;
  const common = { name, title, unit, currency, as_of: asOf, source, trust, rule };
  if (!("tiers" in book)) return stringify({ ...common, prices: book.prices }, { lineWidth: 0 });
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
