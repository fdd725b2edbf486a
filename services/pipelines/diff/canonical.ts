import { parseDurationMs } from "@phoenix/validation";

/** Keys whose value is a length of time; elsewhere "5m" is five metres for all we know. */
const durationKey = /(^|_)(interval|timeout|delay|age|period|duration|time|ttl|dwell|default|minimum|maximum)$/;
const referenceWithDefault = /^(\$\{env:[A-Za-z_][A-Za-z0-9_]*:-)([^{}$]*)(\})$/;

/** Says whether a YAML value is a mapping. */
export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Writes a value so that values which mean the same become the same text: keys in order, lengths of time in
 * one unit, and nothing at all as an empty mapping, which to a collector both mean the defaults. `key` is
 * the name it stands under.
 */
export function canonical(value: unknown, key = ""): string {
  if (value === null || value === undefined) return "{}";
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item)).join()}]`;
  if (isMapping(value)) {
    const names = Object.keys(value).sort();
    return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name], name)}`).join()}}`;
  }
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "string" || !durationKey.test(key)) return JSON.stringify(value) ?? "{}";
  const [, head = "", text = value, tail = ""] = referenceWithDefault.exec(value) ?? [];
  const lengthMs = parseDurationMs(text);
  return JSON.stringify(lengthMs === undefined ? value : `${head}${lengthMs}ms${tail}`);
}

/** The length of time a setting gives, in milliseconds: its own, or the default of the reference that it is. */
export function durationOf(value: unknown): number | undefined {
  if (typeof value !== "string") return undefined;
  return parseDurationMs(referenceWithDefault.exec(value)?.[2] ?? value);
}
