const unitsMs: Record<string, number> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const whole = /^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/;
const part = /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g;

/** Reads a duration as the collector (Go's time.ParseDuration) writes it, "1m30s"; undefined when it is none. Negative ones are none. */
export function parseDurationMs(text: string): number | undefined {
  if (!whole.test(text)) return undefined;
  let totalMs = 0;
  for (const [, amount, unit] of text.matchAll(part)) totalMs += Number(amount) * (unitsMs[unit ?? ""] ?? Number.NaN);
  return Number.isFinite(totalMs) ? totalMs : undefined;
}
