import type { ConfigSchema } from "./fields.ts";
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
  /** Default in words; empty where there is none. */
  defaultText: string;
  /** What it is for. */
  description: string;
}

/** Every key of a schema, in its order, for help texts and for the test that compares the docs with it. */
export function describeConfig(schema: ConfigSchema): ConfigKey[] {
  return Object.entries(schema).map(([key, { kind, description, defaultValue }]) => ({
    key,
    flag: flagName(key),
    environment: environmentName(key),
    kind,
    defaultText: defaultValue === undefined ? "" : String(defaultValue),
    description,
  }));
}
