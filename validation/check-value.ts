import type { VariableDefinition } from "@phoenix/catalog";
import { findExpressionFault } from "@phoenix/platform/expression";
import { parseDurationMs } from "./duration.ts";

const maximumLength = 16 * 1024;

/** Says, as the end of a sentence about the value, why a text is no value of a variable; undefined when it is one. */
export function checkValue(variable: VariableDefinition, text: string): string | undefined {
  if (text.length > maximumLength) return `is longer than ${maximumLength} characters`;
  switch (variable.type) {
    case "integer":
      return /^-?\d{1,15}$/.test(text) ? checkRange(variable, text, Number) : "is not a whole number";
    case "number":
      return isNumber(text) ? checkRange(variable, text, Number) : "is not a number";
    case "duration": {
      if (parseDurationMs(text) === undefined) return 'is not a duration such as "15s" or "1m30s"';
      return checkRange(variable, text, (limit) => parseDurationMs(limit) ?? Number.NaN);
    }
    case "boolean":
      return text === "true" || text === "false" ? undefined : 'is neither "true" nor "false"';
    case "regex":
      return text === "" ? undefined : checkExpression(text);
    case "string":
      return /\p{Cc}/u.test(text) ? "contains a control character" : undefined;
  }
}

function checkExpression(text: string): string | undefined {
  const fault = findExpressionFault(text, maximumLength);
  if (fault === null) return undefined;
  return `is not a regular expression that RE2 and JavaScript read alike; at character ${fault.position}: ${fault.problem}`;
}

function isNumber(text: string): boolean {
  return /^-?\d+(\.\d+)?([eE][+-]?\d{1,3})?$/.test(text) && Number.isFinite(Number(text));
}

function checkRange(variable: VariableDefinition, text: string, measure: (text: string) => number): string | undefined {
  const value = measure(text);
  const { minimum, maximum } = variable;
  if (minimum !== undefined && !(value >= measure(minimum))) return `is below ${minimum}`;
  if (maximum !== undefined && !(value <= measure(maximum))) return `is above ${maximum}`;
  return undefined;
}
