const counts = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });

/** What is shown for a number that is none. */
const unknown = "unknown";

/** A count with thousands separators; small ones that are not whole with two decimals. */
export function formatCount(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? unknown : value < 0 ? "−∞" : "∞";
  return sign(value, (Math.abs(value) < 10 && !Number.isInteger(value) ? fine : counts).format(Math.abs(value)));
}

/** A ratio (0 to 1) as per cent with one decimal; "∞" for an end that is open. */
export function formatPercent(ratio: number, digits = 1): string {
  if (Number.isNaN(ratio)) return unknown;
  if (!Number.isFinite(ratio)) return ratio < 0 ? "−∞" : "∞";
  return sign(ratio, `${(Math.abs(ratio) * 100).toFixed(digits)} %`);
}

/** Bytes in the largest binary unit below them. */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return unknown;
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let size = Math.abs(bytes);
  let unit = 0;
  while (size >= 1_024 && unit < units.length - 1) {
    size /= 1_024;
    unit += 1;
  }
  return sign(bytes, `${size >= 100 || unit === 0 ? size.toFixed(0) : size.toFixed(1)} ${units[unit]}`);
}

/** An amount of money, to the cent below a hundred. */
export function formatMoney(amount: number, currency: string): string {
  if (!Number.isFinite(amount)) return unknown;
  const digits = Math.abs(amount) < 100 ? 2 : 0;
  const format = new Intl.NumberFormat("en-US", {
    style: "currency",
    currency: /^[A-Z]{3}$/.test(currency) ? currency : "USD",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return sign(amount, format.format(Math.abs(amount)));
}

/** First twelve characters of a digest. */
export function formatDigest(digest: string): string {
  return digest === "" ? "none" : digest.slice(0, 12);
}

/** "1 host", "3 hosts". */
export function formatCounted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** A minus that is as wide as a digit, and none before what rounds to nothing. */
function sign(value: number, text: string): string {
  return value < 0 && /[1-9]/.test(text) ? `−${text}` : text;
}
