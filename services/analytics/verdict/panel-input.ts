import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import type { Plan } from "./plan.ts";

/** A panel of counts, one row for each host, one number for each window; null for a missing window. */
export interface PanelInput {
  readonly windowSeconds: number;
  /** Windows in a block (L). */
  readonly blockWindows: number;
  /** One-sided error rate of a promotion. */
  readonly alpha: number;
  /** Prior weight of the anytime-valid interval, in blocks. */
  readonly g: number;
  /** Smallest reduction worth a promotion, as a ratio. */
  readonly minimumReduction: number;
  readonly estimator: Plan["estimator"];
  readonly baseline: readonly (readonly (number | null)[])[];
  readonly candidate: readonly (readonly (number | null)[])[];
}

const estimators: readonly string[] = ["typical-host", "fleet-total"] satisfies Plan["estimator"][];

/** What a field is when the file does not have it: the standard profile's. */
const defaults = { alpha: 0.05, g: 1.3, minimumReduction: 0.2, estimator: "typical-host" } as const;

const fields = ["windowSeconds", "blockWindows", ...Object.keys(defaults), "baseline", "candidate"];

function refuse(path: string, problem: string) {
  return phoenixError(ErrorReason.INVALID_FIELD, `${path} ${problem}`, { metadata: { field: path } });
}

function shown(value: unknown): string {
  if (value === undefined) return "missing";
  const text = typeof value === "number" ? String(value) : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

function numberIn(value: unknown, path: string, holds: (number: number) => boolean, wanted: string): number {
  if (typeof value === "number" && Number.isFinite(value) && holds(value)) return value;
  throw refuse(
    path,
    value === undefined ? `is missing; it must be ${wanted}` : `must be ${wanted}, not ${shown(value)}`,
  );
}

function estimatorOf(value: unknown): Plan["estimator"] {
  if (typeof value === "string" && estimators.includes(value)) return value as Plan["estimator"];
  throw refuse("estimator", `must be ${estimators.map((name) => `"${name}"`).join(" or ")}, not ${shown(value)}`);
}

function rowsOf(value: unknown, path: string): (number | null)[][] {
  if (!Array.isArray(value) || value.length === 0) {
    throw refuse(path, `must be a list with one row for each host, not ${shown(value)}`);
  }
  return value.map((row: unknown, host) => {
    const rowPath = `${path}[${host}]`;
    if (!Array.isArray(row) || row.length === 0) {
      throw refuse(rowPath, `must be a list with one count for each window, not ${shown(row)}`);
    }
    return row.map((count: unknown, window) =>
      count === null
        ? null
        : numberIn(count, `${rowPath}[${window}]`, (number) => number >= 0, "a count of 0 or more, or null"),
    );
  });
}

/**
 * Reads a panel from the value of a JSON text; a missing optional field takes
 * the standard profile's value.
 * @throws PhoenixError INVALID_FIELD, the message begins with the path: "baseline[1][3] must be ...".
 */
export function panelInput(value: unknown): PanelInput {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw refuse("the panel", `must be an object with ${fields.join(", ")}, not ${shown(value)}`);
  }
  const given: Record<string, unknown> = { ...defaults, ...value };
  const unknown = Object.keys(given).find((name) => !fields.includes(name));
  if (unknown !== undefined) throw refuse(unknown, `is no field of a panel; the fields are ${fields.join(", ")}`);

  const input = {
    windowSeconds: numberIn(given.windowSeconds, "windowSeconds", (number) => number > 0, "a number above 0"),
    blockWindows: numberIn(
      given.blockWindows,
      "blockWindows",
      (number) => number >= 1 && Number.isSafeInteger(number),
      "a whole number from 1",
    ),
    alpha: numberIn(given.alpha, "alpha", (number) => number > 0 && number < 0.5, "a number above 0 and under 0.5"),
    g: numberIn(given.g, "g", (number) => number > 0, "a number above 0"),
    minimumReduction: numberIn(
      given.minimumReduction,
      "minimumReduction",
      (number) => number >= 0 && number < 1,
      "a ratio from 0 and under 1",
    ),
    estimator: estimatorOf(given.estimator),
    baseline: rowsOf(given.baseline, "baseline"),
    candidate: rowsOf(given.candidate, "candidate"),
  };
  checkShape(input);
  return input;
}

function checkShape({ baseline, candidate }: PanelInput): void {
  if (baseline.length !== candidate.length) {
    throw refuse(
      "candidate",
      `has ${candidate.length} rows and baseline ${baseline.length}; give each host a row in both`,
    );
  }
  const windows = baseline[0]?.length;
  for (const [name, rows] of Object.entries({ baseline, candidate })) {
    const host = rows.findIndex((row) => row.length !== windows);
    if (host < 0) continue;
    throw refuse(
      `${name}[${host}]`,
      `has ${rows[host]?.length} windows and baseline[0] ${windows}; write null for a missing window`,
    );
  }
}
