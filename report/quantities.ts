import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { Interval } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import type { MoneyInterval } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_pb.ts";

const counts = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** What is said of a number that is none. */
const unknown = "unknown";

/** A count with thousands separators. */
export function formatCount(value: number): string {
  return Number.isNaN(value) ? unknown : signed(value, counts.format(Math.abs(value)));
}

/** A ratio (0–1) as per cent with one decimal; infinite ends as ∞. */
export function formatPercent(ratio: number): string {
  if (Number.isNaN(ratio)) return unknown;
  return Number.isFinite(ratio) ? signed(ratio, `${(Math.abs(ratio) * 100).toFixed(1)} %`) : signed(ratio, "∞");
}

/** "62.1 % (60.8 % to 63.3 %)", or the estimate alone while the interval is infinite. */
export function formatInterval(interval: Interval | undefined): string {
  if (interval === undefined) return "not measured yet";
  const { estimate, low, high } = interval;
  if (!Number.isFinite(low) || !Number.isFinite(high)) return `${formatPercent(estimate)} (interval still open)`;
  return `${formatPercent(estimate)} (${formatPercent(low)} to ${formatPercent(high)})`;
}

/** Bytes in the largest binary unit below them. */
export function formatBytes(bytes: number): string {
  if (Number.isNaN(bytes)) return unknown;
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value.toFixed(unit === 0 || value >= 100 ? 0 : 1)} ${units[unit] ?? "B"}`;
}

/** Money with two decimals, more where it would show as nothing. */
export function formatMoney(amount: number, currency: string): string {
  const digits = amount !== 0 && Math.abs(amount) < 0.1 ? 4 : 2;
  const format = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  const text = Math.abs(amount).toLocaleString("en-US", format);
  return signed(amount, currency === "USD" ? `$${text}` : `${text} ${currency}`);
}

/** "$11.00 to $13.00"; empty where an end is open. */
export function formatMoneyRange({ low, high }: Pick<MoneyInterval, "low" | "high">, currency: string): string {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return "";
  return `${formatMoney(low, currency)} to ${formatMoney(high, currency)}`;
}

/** Seconds as "2 m 05 s". */
export function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} m ${String(whole % 60).padStart(2, "0")} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} m`;
}

/** A time in the user's zone to the second; empty when unset. */
export function formatTime(time: Timestamp | undefined): string {
  if (time === undefined) return "";
  const date = timestampDate(time);
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19).replace("T", " ");
}

/** How long ago, "12 s ago"; empty when unset. */
export function formatAge(time: Timestamp | undefined, nowMs = Date.now()): string {
  return time === undefined ? "" : `${formatSeconds((nowMs - timestampDate(time).getTime()) / 1000)} ago`;
}

/** First twelve characters of a digest, as people compare them. */
export function formatDigest(digest: string): string {
  return digest === "" ? "none" : digest.slice(0, 12);
}

/** The word of a generated enum value: "RUNNING" for ExperimentPhase.RUNNING. */
export function enumWord(values: Record<string, string | number>, value: number): string {
  const word = Object.entries(values).find(([, number]) => number === value)?.[0];
  return word ?? String(value);
}

/** The text of an amount without its sign, with a minus sign (U+2212) where it is below zero and does not show as zero. */
function signed(value: number, text: string): string {
  return value < 0 && /[1-9∞]/.test(text) ? `−${text}` : text;
}
