const unitMs: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** "90s", "10m", "2h" or "1d" in milliseconds. Throws an Error that shows the form. */
export function parseDurationMs(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(s|m|h|d)$/.exec(text.trim());
  const unit = unitMs[match?.[2] ?? ""];
  if (match === null || unit === undefined) throw new Error(`"${text}" is not a duration such as 90s, 10m, 2h or 1d`);
  return Math.round(Number(match[1]) * unit);
}

/** "20%" or 0.2 as a ratio. Throws an Error that shows the form. */
export function parseRatio(value: string | number): number {
  const text = String(value).trim();
  const percent = /^(-?\d+(?:\.\d+)?)\s*%$/.exec(text);
  const ratio = percent === null ? Number(text) : Number(percent[1]) / 100;
  if (text === "" || !Number.isFinite(ratio)) throw new Error(`"${text}" is not a ratio such as 0.2 or 20%`);
  return ratio;
}

/** "name=value" as a pair; the value may contain "=". Throws an Error that shows the form. */
export function parsePair(text: string): [name: string, value: string] {
  const at = text.indexOf("=");
  if (at < 1) throw new Error(`"${text}" is not of the form name=value`);
  return [text.slice(0, at), text.slice(at + 1)];
}
