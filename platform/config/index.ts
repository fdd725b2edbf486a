/**
 * The configuration of a process: one frozen, typed object, resolved once.
 * Each key is taken from the flag, else the environment, else the file, else
 * its default. A wrong value is refused with the place it came from.
 *
 * fields: the kinds of keys · resolve-config: the resolution · describe-config:
 * every key for help texts and docs.
 */
export { type ConfigKey, describeConfig } from "./describe-config.ts";
export { type ConfigField, type ConfigOf, type ConfigSchema, field } from "./fields.ts";
export { environmentName, flagName } from "./names.ts";
export { type ConfigSources, resolveConfig } from "./resolve-config.ts";
