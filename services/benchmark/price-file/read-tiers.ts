import { type TierTerms, takesStatistic, tierCounts, tierStatistics } from "../cost/index.ts";
import type { MappingReader } from "./mapping-reader.ts";

/** Fields of a book whose rule is "tiers", besides those that every book has. */
export const tierFields = ["counts", "statistic", "per", "included", "tiers", "minimum", "platform_fee"];

/** Reads the terms of a contract in tiers; undefined where something is wrong. */
export function readTiers(file: MappingReader): TierTerms | undefined {
  const counts = file.word("counts", tierCounts);
  const statistic = file.has("statistic") ? file.word("statistic", tierStatistics) : undefined;
  if (counts !== undefined && takesStatistic(counts)) {
    if (!file.has("statistic")) file.fault("counts", `"statistic" is missing: ${counts} needs mean, p95 or sum`);
  } else if (counts !== undefined && file.has("statistic")) {
    file.fault("statistic", `${counts} takes no "statistic"; leave it out`);
  }
  const per = file.amount("per");
  if (per === 0) file.fault("per", `"per" must be above zero`);
  const included = file.amount("included", 0);
  const minimum = file.amount("minimum", 0);
  const platformFee = file.amount("platform_fee", 0);
  const tiers = readSteps(file);
  if (
    counts === undefined ||
    per === undefined ||
    included === undefined ||
    minimum === undefined ||
    platformFee === undefined ||
    tiers === undefined
  ) {
    return undefined;
  }
  return { counts, statistic, per, included, tiers, minimum, platformFee };
}

function readSteps(file: MappingReader): TierTerms["tiers"] | undefined {
  const entries = file.list("tiers");
  if (entries === undefined) return undefined;
  let below = 0;
  const steps = entries.map((entry, index) => {
    entry.only(["up_to", "price"]);
    const price = entry.amount("price");
    const last = index === entries.length - 1;
    if (last && entry.has("up_to"))
      entry.fault("up_to", `the last tier has no "up_to": its price holds for all the rest`);
    if (last) return { upTo: Number.POSITIVE_INFINITY, price };
    const upTo = entry.amount("up_to");
    if (upTo !== undefined && upTo <= below) {
      entry.fault("up_to", `tiers must ascend: ${upTo} is not above ${below}`);
    }
    below = upTo ?? below;
    return { upTo, price };
  });
  return steps.flatMap(({ upTo, price }) => (upTo === undefined || price === undefined ? [] : [{ upTo, price }]));
}
