import { type VariableDefinition, variableReference } from "@phoenix/catalog";

/** Variables with their values. */
type Values = {
  variables: readonly VariableDefinition[];
  values: Readonly<Record<string, string>>;
  /** By variable, what the collector is to read from its environment instead; written as it is. */
  references?: ReadonlyMap<string, string>;
};

const wholeReference = /^\$\{var:([^{}]*)\}$/;

/**
 * Copies settings with every `${var:name}` replaced. A scalar that is a reference and nothing else takes
 * the variable's type; inside a longer text the value is written so that the collector reads it back
 * unchanged: `$` doubled, and escaped where it stands in a double-quoted literal of an OTTL statement.
 */
export function substitute<T>(settings: T, given: Values): T {
  return copy(settings, given) as T;
}

function copy(value: unknown, given: Values): unknown {
  if (typeof value === "string") return replace(value, given);
  if (Array.isArray(value)) return value.map((item) => copy(item, given));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [String(replace(key, given)), copy(item, given)]),
  );
}

function replace(text: string, given: Values): string | number | boolean {
  const whole = wholeReference.exec(text);
  if (whole) return typedValue(whole[1] ?? "", given);
  return text.replace(variableReference, (_reference, name: string, offset: number) => {
    const reference = given.references?.get(name);
    if (reference !== undefined) return reference;
    const value = given.values[name] ?? "";
    return escapeDollars(standsInLiteral(text, offset) ? escapeLiteral(value) : value);
  });
}

function typedValue(name: string, given: Values): string | number | boolean {
  const reference = given.references?.get(name);
  if (reference !== undefined) return reference;
  const value = given.values[name] ?? "";
  switch (given.variables.find((variable) => variable.name === name)?.type) {
    case "integer":
    case "number":
      return Number(value);
    case "boolean":
      return value === "true";
    default:
      return escapeDollars(value);
  }
}

function standsInLiteral(text: string, offset: number): boolean {
  let inside = false;
  for (let at = 0; at < offset; at++) {
    if (inside && text[at] === "\\") at++;
    else if (text[at] === '"') inside = !inside;
  }
  return inside;
}

/** OTTL reads a string literal as Go does (strconv.Unquote). */
function escapeLiteral(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"');
}

/** The collector expands `$` everywhere in a configuration; `$$` is one literal `$`. */
function escapeDollars(value: string): string {
  return value.replaceAll("$", "$$$$");
}
