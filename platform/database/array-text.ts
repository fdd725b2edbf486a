/** What a quote or a backslash in an element would do to the whole. */
const special = /["\\]/;

/**
 * PostgreSQL's text of an array of texts, numbers, truth values and nulls: what
 * the driver makes of it too, but in one piece, where the driver joins three
 * strings for each element. Undefined for an array that holds anything else.
 *
 * Source of the form: PostgreSQL's manual, "Array Input and Output Syntax".
 */
export function arrayText(values: readonly unknown[]): string | undefined {
  if (values.length === 0) return "{}";
  if (values.every((value) => typeof value === "string" && !special.test(value))) {
    return `{"${values.join('","')}"}`;
  }
  const parts: string[] = [];
  for (const value of values) {
    const part = elementText(value);
    if (part === undefined) return undefined;
    parts.push(part);
  }
  return `{${parts.join(",")}}`;
}

/** The kinds of values whose text needs no quotes. */
const plain: ReadonlySet<string> = new Set(["number", "bigint", "boolean"]);

function elementText(value: unknown): string | undefined {
  if (value === null || value === undefined) return "NULL";
  if (typeof value === "string") return `"${value.replace(/["\\]/g, "\\$&")}"`;
  return plain.has(typeof value) ? String(value) : undefined;
}

/** The parameters of a statement, with arrays that {@link arrayText} knows as their text. */
export function withArrayTexts(params: readonly unknown[] | undefined): unknown[] | undefined {
  return params?.map((param) => (Array.isArray(param) ? (arrayText(param) ?? param) : param));
}
