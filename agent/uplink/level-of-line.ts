const severities: Readonly<Record<string, "warn" | "error">> = {
  warn: "warn",
  warning: "warn",
  error: "error",
  dpanic: "error",
  panic: "error",
  fatal: "error",
};

/**
 * How bad a collector's line is; null for less than a warning. Collectors write
 * zap's console form (time, tab, level, tab) or its JSON; a Go panic and the
 * last word of a refused start have neither.
 * Source: go.uber.org/zap, zapcore/console_encoder.go and json_encoder.go.
 */
export function levelOfLine(line: string): "warn" | "error" | null {
  const named = /^\S+\t([A-Za-z]+)\t/.exec(line)?.[1] ?? /^\{.*?"level":"([A-Za-z]+)"/.exec(line)?.[1];
  if (named !== undefined) return severities[named.toLowerCase()] ?? null;
  return /^(panic:|fatal error:|Error:|error decoding|runtime error)/.test(line) ? "error" : null;
}
