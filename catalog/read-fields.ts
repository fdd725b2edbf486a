import type { DocumentPath } from "./located-document.ts";
import type { Report } from "./mapping.ts";

/** Reads single values of a mapping; what is wrong with one is reported, and a harmless value takes its place. */
export type FieldReader = {
  /** A text that is there and not longer than `most`. */
  text(key: string, most: number): string;
  /** True or false; false where it is absent. */
  flag(key: string): boolean;
  /** A number in a range; 0 where it is absent. */
  number(key: string, range: { from: number; to: number }): number;
  /** A whole number in a range; `absent` undefined means that it must be there. */
  whole(key: string, range: { from: number; to: number; absent: number | undefined }): number;
  /** A length of time such as 500ms, 20s or 2m, in milliseconds; 0 where it is absent. */
  durationMs(key: string, range: { fromMs: number; toMs: number }): number;
  /** An amount of memory such as 4MiB, or a number of bytes; 0 where it is absent. */
  bytes(key: string, most: number): number;
};

const unitsMs: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const unitsBytes: Record<string, number> = { "": 1, B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

/** Creates a reader of the values of a mapping that stands at `path`. */
export function createFieldReader(fields: Record<string, unknown>, path: DocumentPath, report: Report): FieldReader {
  const refuse = (key: string, message: string): number => {
    report([...path, key], message);
    return 0;
  };
  const measure = (key: string, units: Record<string, number>, form: string): number => {
    const match = /^(\d+(?:\.\d+)?) ?([A-Za-z]*)$/.exec(String(fields[key] ?? ""));
    const unit = units[match?.[2] ?? ""];
    if (match !== null && unit !== undefined) return Number(match[1]) * unit;
    refuse(key, `must be ${form}`);
    return Number.NaN;
  };
  return {
    number(key, { from, to }) {
      const value = fields[key] ?? 0;
      if (typeof value === "number" && value >= from && value <= to) return value;
      return fields[key] === undefined ? 0 : refuse(key, `must be a number from ${from} to ${to}`);
    },
    text(key, most) {
      const value = fields[key];
      if (typeof value === "string" && value.trim() !== "" && value.length <= most) return value.trim();
      refuse(key, `must be a text of at most ${most} characters`);
      return "";
    },
    flag(key) {
      const value = fields[key] ?? false;
      if (typeof value !== "boolean") refuse(key, "must be true or false");
      return value === true;
    },
    whole(key, { from, to, absent }) {
      const value = fields[key] ?? absent;
      if (typeof value === "number" && Number.isInteger(value) && value >= from && value <= to) return value;
      return refuse(key, `must be a whole number from ${from} to ${to}`);
    },
    durationMs(key, { fromMs, toMs }) {
      if (fields[key] === undefined) return 0;
      const durationMs = measure(key, unitsMs, "a length of time such as 500ms, 20s or 2m");
      if (durationMs >= fromMs && durationMs <= toMs) return durationMs;
      if (!Number.isNaN(durationMs)) refuse(key, `must be from ${fromMs / 1_000}s to ${toMs / 1_000}s`);
      return 0;
    },
    bytes(key, most) {
      if (fields[key] === undefined) return 0;
      const bytes = measure(key, unitsBytes, "an amount of memory such as 512KiB or 4MiB");
      if (bytes <= most) return Math.round(bytes);
      if (!Number.isNaN(bytes)) refuse(key, `must be at most ${most / 2 ** 20}MiB`);
      return 0;
    },
  };
}
