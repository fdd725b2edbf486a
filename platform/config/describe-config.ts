import { type ConfigField, type ConfigSchema, durationText } from "./fields.ts";
import { environmentName, flagName } from "./names.ts";

/** One key of a configuration, in words. */
export interface ConfigKey {
  /** Key in the file. */
  key: string;
  /** Flag, with its dashes. */
  flag: string;
  /** Environment variable. */
  environment: string;
  /** Kind of value. */
  kind: string;
  /** Default as it could be given; empty where there is none. */
  defaultText: string;
  /** What it is for. */
  description: string;
}

/** Every key of a schema, in its order, for help texts and for the test that compares the docs with it. */
export function describeConfig(schema: ConfigSchema): ConfigKey[] {
  return Object.entries(schema).map(([key, field]) => ({
    key,
    flag: flagName(key),
    environment: environmentName(key),
    kind: field.kind,
    defaultText: defaultText(field),
    description: field.description,
  }));
}

function defaultText({ kind, defaultValue }: ConfigField<unknown>): string {
  if (kind === "duration" && typeof defaultValue === "number") return durationText(defaultValue);
  return defaultValue === undefined ? "" : String(defaultValue);
}
