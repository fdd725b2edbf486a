/** One key of a configuration: how its value is read and what it is without one. */
export interface ConfigField<T> {
  /** What it is for, in one sentence, with its unit. */
  readonly description: string;
  /** Kind of value, in words for help texts. */
  readonly kind: string;
  /** Value when no source has one; `undefined` for a key that may stay unset. */
  readonly defaultValue: T;
  /** True for a value that must not be shown. */
  readonly secret: boolean;
  /** The value in a text or in a parsed file; throws a plain Error that says what was expected. */
  parse(raw: unknown): T;
}

/** Keys in camelCase and their fields. */
export type ConfigSchema = Readonly<Record<string, ConfigField<unknown>>>;

/** The object a schema resolves to. */
export type ConfigOf<S extends ConfigSchema> = {
  readonly [K in keyof S]: S[K] extends ConfigField<infer T> ? T : never;
};

interface Common {
  description: string;
  secret?: boolean;
}

/** Units of a duration, shortest first. */
const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function make<T>(
  kind: string,
  { description, secret = false }: Common,
  defaultValue: unknown,
  parse: (raw: unknown) => T,
): ConfigField<T> {
  return { kind, description, secret, defaultValue: defaultValue as T, parse };
}

/** Text of `raw`, which a file may have parsed into a number or a boolean already. */
function text(raw: unknown): string {
  if (typeof raw === "string") return raw.trim();
  if (typeof raw === "number" || typeof raw === "boolean") return String(raw);
  throw new Error("expected a single value");
}

function nonEmpty(raw: unknown): string {
  const value = text(raw);
  if (value === "") throw new Error("expected a text that is not empty");
  return value;
}

function number(raw: unknown, { min, max, integer }: { min?: number; max?: number; integer: boolean }): number {
  const written = text(raw);
  const value = Number(written);
  const fits = Number.isFinite(value) && (!integer || Number.isSafeInteger(value));
  if (written === "" || !fits || value < (min ?? -Infinity) || value > (max ?? Infinity)) {
    const range = [min === undefined ? "" : ` from ${min}`, max === undefined ? "" : ` to ${max}`].join("");
    throw new Error(`expected ${integer ? "a whole number" : "a number"}${range}`);
  }
  return value;
}

/** A duration in milliseconds as a field reads it: in the longest unit that needs no fraction. */
export function durationText(ms: number): string {
  const [unit, length] = Object.entries(unitMs).findLast(([, unitLength]) => ms !== 0 && ms % unitLength === 0) ?? [
    "ms",
    1,
  ];
  return `${ms / length}${unit}`;
}

/** The kinds of fields. A field without a default may stay unset and is then `undefined`. */
export const field = {
  /** A text. */
  text<D extends string | undefined>(options: Common & { default?: D }): ConfigField<string | D> {
    return make("text", options, options.default, nonEmpty);
  },
  /** A whole number in a range. */
  integer<D extends number | undefined>(
    options: Common & { default?: D; min?: number; max?: number },
  ): ConfigField<number | D> {
    return make("integer", options, options.default, (raw) => number(raw, { ...options, integer: true }));
  },
  /** A number in a range. */
  number<D extends number | undefined>(
    options: Common & { default?: D; min?: number; max?: number },
  ): ConfigField<number | D> {
    return make("number", options, options.default, (raw) => number(raw, { ...options, integer: false }));
  },
  /** True or false. */
  boolean(options: Common & { default: boolean }): ConfigField<boolean> {
    return make("boolean", options, options.default, (raw) => {
      const value = text(raw).toLowerCase();
      if (["true", "1", "yes", "on"].includes(value)) return true;
      if (["false", "0", "no", "off"].includes(value)) return false;
      throw new Error("expected true or false");
    });
  },
  /** A duration such as `90s`, `15m` or `250ms`; its value is in milliseconds. */
  durationMs<D extends number | undefined>(options: Common & { default?: D }): ConfigField<number | D> {
    return make("duration", options, options.default, (raw) => {
      const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text(raw));
      if (match === null) throw new Error("expected a duration such as 250ms, 90s, 15m, 2h or 1d");
      return Number(match[1]) * (unitMs[match[2] ?? ""] ?? Number.NaN);
    });
  },
  /** One of a few words. */
  choice<const C extends readonly string[]>(
    choices: C,
    options: Common & { default: C[number] },
  ): ConfigField<C[number]> {
    return make(choices.join("|"), options, options.default, (raw) => {
      const value = text(raw);
      if (!choices.includes(value)) throw new Error(`expected one of ${choices.join(", ")}`);
      return value as C[number];
    });
  },
  /** Texts, separated by commas, or a list in the file. */
  list(options: Common & { default: readonly string[] }): ConfigField<readonly string[]> {
    return make("list", options, options.default, (raw) => {
      const items = Array.isArray(raw) ? raw.map(text) : text(raw).split(",");
      return Object.freeze(items.map((item) => item.trim()).filter((item) => item !== ""));
    });
  },
};
