import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { ErrorReason, type PhoenixError, phoenixError } from "../errors/index.ts";
import type { ConfigField, ConfigOf, ConfigSchema } from "./fields.ts";
import { environmentName, flagName } from "./names.ts";

/** Where values come from, the first that has one wins. */
export interface ConfigSources {
  /** Values of flags by key in camelCase; `undefined` for a flag that was not given. */
  flags?: Readonly<Record<string, unknown>>;
  /** Environment, usually `process.env`. An empty variable counts as not set. */
  env?: Readonly<Record<string, string | undefined>>;
  /** Path of a YAML or JSON file of keys in camelCase. */
  file?: string | undefined;
}

/**
 * Resolves a configuration: flag, then environment (`PHOENIX_...`), then file,
 * then default. The object is frozen.
 * @throws PhoenixError INVALID_FIELD that names the key, its source and what was expected.
 */
export function resolveConfig<S extends ConfigSchema>(schema: S, sources: ConfigSources): ConfigOf<S> {
  const fromFile = sources.file === undefined ? {} : readConfigFile(sources.file, schema);
  const resolved: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(schema)) {
    const variable = environmentName(key);
    const candidates: [value: unknown, source: string][] = [
      [sources.flags?.[key], `the flag ${flagName(key)}`],
      [sources.env?.[variable] || undefined, `the environment variable ${variable}`],
      [fromFile[key] ?? undefined, `the key ${key} of ${sources.file}`],
    ];
    const given = candidates.find(([value]) => value !== undefined);
    resolved[key] = given === undefined ? field.defaultValue : read(field, key, ...given);
  }
  return Object.freeze(resolved) as ConfigOf<S>;
}

function read(field: ConfigField<unknown>, key: string, value: unknown, source: string): unknown {
  try {
    return field.parse(value);
  } catch (error) {
    const shown = field.secret ? "a value that is not shown" : JSON.stringify(value);
    const wanted = error instanceof Error ? error.message : String(error);
    throw refusal(`${source} is ${shown}: ${wanted}`, { key }, error);
  }
}

function readConfigFile(path: string, schema: ConfigSchema): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = parse(readFileSync(path, "utf8")) ?? {};
  } catch (error) {
    const why = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    throw refusal(`the configuration file ${path} cannot be read: ${why}`, {}, error);
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw refusal(`the configuration file ${path} must be a list of keys and values`, {});
  }
  const unknown = Object.keys(parsed).filter((key) => !(key in schema));
  if (unknown.length > 0) {
    const known = Object.keys(schema).sort().join(", ");
    throw refusal(`the configuration file ${path} has unknown keys: ${unknown.join(", ")}. Known are ${known}`, {});
  }
  return parsed as Record<string, unknown>;
}

function refusal(message: string, metadata: Record<string, string>, cause?: unknown): PhoenixError {
  return phoenixError(ErrorReason.INVALID_FIELD, message, { metadata, cause });
}
