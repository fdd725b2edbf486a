import {
  type DynamicDefinition,
  type DynamicSetting,
  dynamicKinds,
  dynamicSettings,
  levelSettings,
} from "./dynamic-definition.ts";
import type { DocumentPath } from "./located-document.ts";
import { isMapping, type Report, reportUnknownKeys } from "./mapping.ts";
import type { VariableDefinition, VariableType } from "./pipeline-definition.ts";
import { variableReference } from "./variable-reference.ts";

/** Most levels of an adaptive filter; the contract has the same limit. */
const mostLevels = 8;
const wholeReference = new RegExp(`^${variableReference.source}$`);

/** Types of variables whose values a setting takes. */
const fitting: Record<DynamicSetting["type"], readonly VariableType[]> = {
  name: [],
  integer: ["integer"],
  number: ["number", "integer"],
  duration: ["duration"],
  regex: ["regex"],
};
const literals: Record<DynamicSetting["type"], { pattern: RegExp; words: string }> = {
  name: { pattern: /^[a-z][a-z0-9-]{0,31}$/, words: "lower-case letters, digits and hyphens, at most 32" },
  integer: { pattern: /^\d{1,15}$/, words: "a whole number" },
  number: { pattern: /^\d+(\.\d+)?$/, words: "a number" },
  duration: { pattern: /^(\d+(\.\d+)?(ms|s|m|h))+$/, words: 'a duration such as "15s"' },
  // Written out it could not be checked for reading alike in RE2 and JavaScript; a variable's value is.
  regex: { pattern: /^$/, words: "a variable of the type regex" },
};

/** Reads the section `dynamic` of a pipeline file; undefined for a pipeline whose filter stands still. */
export function readDynamic(
  value: unknown,
  variables: readonly VariableDefinition[],
  report: Report,
): DynamicDefinition | undefined {
  if (value === undefined) return undefined;
  const kind = isMapping(value) ? dynamicKinds.find((known) => known === value.kind) : undefined;
  if (!isMapping(value) || kind === undefined) {
    report(["dynamic", "kind"], `dynamic must be a mapping with a kind, one of ${dynamicKinds.join(", ")}`);
    return undefined;
  }
  const known = dynamicSettings[kind];
  const keys = ["kind", ...Object.keys(known), ...(kind === "adaptive" ? ["levels"] : [])];
  reportUnknownKeys(value, keys, ["dynamic"], report);
  return {
    kind,
    settings: readSettings(value, known, variables, ["dynamic"], report),
    levels: kind === "adaptive" ? readLevels(value.levels, variables, report) : [],
  };
}

function readLevels(
  value: unknown,
  variables: readonly VariableDefinition[],
  report: Report,
): Readonly<Record<string, string>>[] {
  const at = ["dynamic", "levels"];
  if (!Array.isArray(value) || value.length === 0 || value.length > mostLevels) {
    report(at, `levels must be a list of 1 to ${mostLevels} levels, from the quietest`);
    return [];
  }
  const levels = value.map((level: unknown, index) => {
    const path = [...at, index];
    if (!isMapping(level)) {
      report(path, `a level must be a mapping with ${Object.keys(levelSettings).join(", ")}`);
      return {};
    }
    reportUnknownKeys(level, Object.keys(levelSettings), path, report);
    return readSettings(level, levelSettings, variables, path, report);
  });
  for (const [index, { name }] of levels.entries()) {
    if (name !== undefined && levels.findIndex((other) => other.name === name) < index)
      report([...at, index, "name"], `two levels are called ${name}`);
  }
  return levels;
}

function readSettings(
  given: Record<string, unknown>,
  known: Readonly<Record<string, DynamicSetting>>,
  variables: readonly VariableDefinition[],
  path: DocumentPath,
  report: Report,
): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const [key, setting] of Object.entries(known)) {
    const value = given[key];
    if (value === undefined) {
      if (setting.optional === undefined) report(path, `${key} is missing`);
    } else if (typeof value !== "string" && typeof value !== "number") {
      report([...path, key], `${key} must be a single value`);
    } else {
      settings[key] = String(value);
      const complaint = findComplaint(settings[key], setting, variables);
      if (complaint !== undefined) report([...path, key], `${key} ${complaint}`);
    }
  }
  return settings;
}

function findComplaint(
  text: string,
  { type }: DynamicSetting,
  variables: readonly VariableDefinition[],
): string | undefined {
  const referred = wholeReference.exec(text)?.[1];
  if (referred === undefined) {
    const { pattern, words } = literals[type];
    return pattern.test(text) ? undefined : `must be ${words}${type === "name" ? "" : `, or \${var:...} alone`}`;
  }
  const variable = variables.find(({ name }) => name === referred);
  if (variable === undefined) {
    const declared = variables.map(({ name }) => name).join(", ");
    return `refers to a variable "${referred}" that is not declared; declared: ${declared}`;
  }
  if (fitting[type].includes(variable.type)) return undefined;
  return `takes ${fitting[type].join(" or ") || "no variable"}, and ${referred} is a ${variable.type}`;
}
