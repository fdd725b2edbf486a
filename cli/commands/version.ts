import { readFileSync } from "node:fs";
import { Command } from "commander";

/** Version of this Phoenix. */
export const phoenixVersion: string = (
  JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string }
).version;

/** `phoenix version`. */
export function versionCommand(): Command {
  return new Command("version").description("print the version").action(() => {
    process.stdout.write(
      `phoenix ${phoenixVersion} (Node ${process.versions.node}, ${process.platform} ${process.arch})\n`,
    );
  });
}
