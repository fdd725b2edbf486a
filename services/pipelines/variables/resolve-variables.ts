import type { PipelineDefinition } from "@phoenix/catalog";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { compileExpression } from "@phoenix/platform/expression";
import { checkValue, parseDurationMs } from "@phoenix/validation";

/** What a caller gives for one rendering. */
export type GivenValues = {
  /** Values by variable, as text of its type. */
  variables: Readonly<Record<string, string>>;
  /** Must-keep expressions; each matches a whole process name. */
  mustKeep: readonly string[];
};

/** A checked value for every variable, and the time between two scrapes that one of them is. */
export type ResolvedVariables = { values: Record<string, string>; intervalMs: number };

/**
 * Gives every variable of a pipeline its value: the caller's, else the default. Throws INVALID_VARIABLE
 * for a value that is unknown, of the wrong type or out of range, INVALID_EXPRESSION for a must-keep
 * expression that the collector and the oracle would not read alike.
 */
export function resolveVariables(definition: PipelineDefinition, given: GivenValues): ResolvedVariables {
  refuseUnknown(definition, given.variables);
  for (const expression of given.mustKeep) compileExpression(expression, "must_keep");
  const values: Record<string, string> = {};
  for (const variable of definition.variables) {
    const value = given.variables[variable.name] ?? variable.defaultValue;
    refuseValue(definition, variable.name, value);
    values[variable.name] = variable.includesMustKeep ? joinExpressions([value, ...given.mustKeep]) : value;
  }
  return { values, intervalMs: parseDurationMs(values.interval ?? "") ?? 0 };
}

/** Joins expressions into one that matches what any of them matches; empty ones add nothing. */
export function joinExpressions(expressions: readonly string[]): string {
  const parts = [...new Set(expressions.filter((expression) => expression !== ""))];
  return parts.length < 2 ? (parts[0] ?? "") : parts.map((part) => `(?:${part})`).join("|");
}

function refuseUnknown(definition: PipelineDefinition, variables: Readonly<Record<string, string>>): void {
  const known = definition.variables.map((variable) => variable.name);
  const unknown = Object.keys(variables).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const message = `Pipeline ${definition.name} has no variable "${unknown}". Its variables: ${known.join(", ")}.`;
  throw phoenixError(ErrorReason.INVALID_VARIABLE, message, { metadata: { variable: unknown } });
}

function refuseValue(definition: PipelineDefinition, name: string, value: string): void {
  const variable = definition.variables.find((candidate) => candidate.name === name);
  const complaint = variable ? checkValue(variable, value) : "is not declared";
  if (complaint === undefined) return;
  const shown = value.length > 100 ? `${value.slice(0, 100)}…` : value;
  const known = definition.variables.map((candidate) => `${candidate.name} (${candidate.type})`).join(", ");
  const message = `Variable ${name} of pipeline ${definition.name}: "${shown}" ${complaint}. ${variable?.help ?? ""} Its variables: ${known}.`;
  throw phoenixError(ErrorReason.INVALID_VARIABLE, message, { metadata: { variable: name } });
}
