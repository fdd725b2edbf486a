import { type ArmProjections, intervalOf, type Money } from "./arm-cost.ts";
import type { ArmMonth } from "./block-usage.ts";
import { type BookTerms, monthlyCost } from "./price-book.ts";

const gibibyte = 2 ** 30;

/** What the machines cost that collectors run on, a month, in USD. */
export interface HostPrices {
  readonly corePerMonth: number;
  readonly gibPerMonth: number;
}

/**
 * Prices of a core and a GiB where none are given: the on-demand list prices of
 * AWS Fargate, Linux on x86 in us-east-1, $0.04048 a vCPU-hour and $0.004445 a
 * GB-hour (vantage.sh/blog/fargate-pricing, factualminds.com of June 2026), for
 * 720 hours. They price CPU and memory apart, which prices of machines do not.
 */
export const defaultHostPrices: HostPrices = { corePerMonth: 0.04048 * 720, gibPerMonth: 0.004445 * 720 };

/** Where {@link defaultHostPrices} come from, for people. */
export const defaultHostPricesSource = "on-demand list prices of AWS Fargate in us-east-1, June 2026, times 720 hours";

/** What a candidate saves a month against the baseline. */
export interface Saving {
  /** Difference of the vendors' bills, in the book's currency. */
  readonly gross: Money;
  /** What the candidate's collectors cost more; absent where they cannot be subtracted from the gross. */
  readonly collectors?: Money;
  /** Gross less the collectors. */
  readonly net?: Money;
  /** Net for as many hosts as the fleet has. */
  readonly fleetNet?: Money;
}

/** What collectors cost a month, in USD. */
function collectorCost({ collectorCores, collectorBytes }: ArmMonth, prices: HostPrices): number {
  return collectorCores * prices.corePerMonth + (collectorBytes / gibibyte) * prices.gibPerMonth;
}

/** How a saving is worked out. */
export interface SavingTerms {
  readonly applyAllowances: boolean;
  /** Undefined where the book's currency is not that of the host's prices. */
  readonly hostPrices: HostPrices | undefined;
  /** Hosts measured. */
  readonly hosts: number;
  /** Hosts to extrapolate to; 0 for none. */
  readonly fleetHosts: number;
}

/**
 * What a candidate saves under a book. Each interval is that of the difference:
 * blocks are left out of both arms at once, so what moves both cancels.
 */
export function saveAgainst(
  baseline: ArmProjections,
  candidate: ArmProjections,
  book: BookTerms,
  terms: SavingTerms,
): Saving {
  const { applyAllowances, hostPrices, hosts, fleetHosts } = terms;
  const grossOf = (base: ArmMonth, other: ArmMonth): number =>
    monthlyCost(book, base.usage, applyAllowances) - monthlyCost(book, other.usage, applyAllowances);
  const gross = intervalOfPair(baseline, candidate, grossOf);
  if (hostPrices === undefined) return { gross };
  const moreOf = (base: ArmMonth, other: ArmMonth): number =>
    collectorCost(other, hostPrices) - collectorCost(base, hostPrices);
  const collectors = intervalOfPair(baseline, candidate, moreOf);
  // No agent could tell the CPU: a net without it would say too much.
  if (Number.isNaN(collectors.estimate)) return { gross };
  const net = intervalOfPair(baseline, candidate, (base, other) => grossOf(base, other) - moreOf(base, other));
  if (fleetHosts === 0 || hosts === 0) return { gross, collectors, net };
  const scale = fleetHosts / hosts;
  const fleetNet = { estimate: net.estimate * scale, low: net.low * scale, high: net.high * scale };
  return { gross, collectors, net, fleetNet };
}

function intervalOfPair(
  baseline: ArmProjections,
  candidate: ArmProjections,
  of: (base: ArmMonth, other: ArmMonth) => number,
): Money {
  return intervalOf([baseline, candidate], ([base, other]) =>
    base === undefined || other === undefined ? Number.NaN : of(base, other),
  );
}
