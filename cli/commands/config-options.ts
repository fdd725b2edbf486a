import { type ConfigSchema, describeConfig } from "@phoenix/platform/config";
import type { Command } from "commander";

/** Adds one flag for each key of a configuration, with its environment variable and default in the help. */
export function withConfigOptions(command: Command, schema: ConfigSchema): Command {
  for (const key of describeConfig(schema)) {
    const note = `${key.description} (${key.environment}${key.defaultText === "" ? "" : `; default ${key.defaultText}`})`;
    command.option(key.kind === "boolean" ? key.flag : `${key.flag} <${key.kind}>`, note);
  }
  return command.option("--config <file>", "YAML file with these keys in camelCase (PHOENIX_CONFIG)");
}
