import type { Interval } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { formatPercent } from "./quantities.ts";

/** "65.4 % less" or "6.4 % more": a reduction (0.654, -0.064) without a sign that anyone has to think about. */
export function changeWord(reduction: number, less = "less", more = "more"): string {
  const amount = formatPercent(Math.abs(reduction));
  if (amount === "0.0 %") return "no change";
  return `${amount} ${reduction > 0 ? less : more}`;
}

/** The ends of a reduction's interval: "65.0 % to 65.7 % less", "3.9 % more to 9.6 % less"; undefined while it is open. */
export function rangeWords({ low, high }: Interval, less = "less", more = "more"): string | undefined {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return undefined;
  if (low >= 0) return `${formatPercent(low)} to ${formatPercent(high)} ${less}`;
  if (high <= 0) return `${formatPercent(Math.abs(high))} to ${formatPercent(Math.abs(low))} ${more}`;
  return `${changeWord(low, less, more)} to ${changeWord(high, less, more)}`;
}
