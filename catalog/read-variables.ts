import { isMapping, type Report, reportUnknownKeys } from "./mapping.ts";
import { type VariableDefinition, type VariableType, variableTypes } from "./pipeline-definition.ts";

const knownKeys = ["type", "default", "minimum", "maximum", "help", "includes_must_keep"];
const rangedTypes: VariableType[] = ["integer", "number", "duration"];
const namePattern = /^[a-z][a-z0-9_]{0,63}$/;

/** Reads the section `variables` of a pipeline file. Values are not judged here, only that they are there. */
export function readVariables(value: unknown, report: Report): VariableDefinition[] {
  if (!isMapping(value)) {
    report(["variables"], "variables must be a mapping that declares at least interval");
    return [];
  }
  const variables = Object.entries(value).flatMap(([name, fields]) => readVariable(name, fields, report) ?? []);
  if (!isMapping(value.interval) || value.interval.type !== "duration") {
    report(["variables"], "variables must declare interval, a duration: experiments set the time between two scrapes");
  }
  return variables;
}

function readVariable(name: string, fields: unknown, report: Report): VariableDefinition | undefined {
  const path = ["variables", name];
  if (!namePattern.test(name)) report(path, `${name} must be lower-case letters, digits and underscores`);
  if (!isMapping(fields)) {
    report(path, `${name} must be a mapping with ${knownKeys.join(", ")}`);
    return undefined;
  }
  reportUnknownKeys(fields, knownKeys, path, report);
  const type = variableTypes.find((known) => known === fields.type);
  if (!type) {
    report([...path, "type"], `the type of ${name} must be one of ${variableTypes.join(", ")}`);
    return undefined;
  }
  const scalar = (key: string): string | undefined => {
    const found = fields[key];
    if (found === undefined) return undefined;
    if (typeof found === "string" || typeof found === "number" || typeof found === "boolean") return String(found);
    report([...path, key], `${key} of ${name} must be a single value`);
    return undefined;
  };
  const defaultValue = scalar("default");
  if (fields.default === undefined) report(path, `${name} must have a default`);
  const [minimum, maximum, help] = [scalar("minimum"), scalar("maximum"), scalar("help")];
  if (!help) report(path, `${name} must have a help sentence`);
  if ((minimum !== undefined || maximum !== undefined) && !rangedTypes.includes(type)) {
    report(path, `a ${type} has no minimum or maximum`);
  }
  const includesMustKeep = fields.includes_must_keep ?? false;
  if (typeof includesMustKeep !== "boolean") report([...path, "includes_must_keep"], "must be true or false");
  else if (includesMustKeep && type !== "regex")
    report([...path, "includes_must_keep"], "only a regex can include must-keep expressions");
  return {
    name,
    type,
    defaultValue: defaultValue ?? "",
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
    help: help ?? "",
    includesMustKeep: includesMustKeep === true,
  };
}
