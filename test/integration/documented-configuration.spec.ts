import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { type ConfigSchema, describeConfig } from "@phoenix/platform/config";
import { expect } from "chai";
import { agentSchema } from "../../agent/config/index.ts";
import { serverSchema } from "../../server/server-config.ts";

const root = join(import.meta.dirname, "..", "..");
const page = readFileSync(join(root, "docs", "configuration.md"), "utf8");

/** Defaults that depend on the machine and the user, in the words of the page. */
const folders: Readonly<Record<string, string>> = {
  dataDir: "`/var/lib/phoenix` for root; else `$XDG_STATE_HOME/phoenix`, else `~/.local/state/phoenix`",
  stateDir:
    "`/var/lib/phoenix/agent` for root; else `$XDG_STATE_HOME/phoenix/agent`, else `~/.local/state/phoenix/agent`",
};

/** The rows that the page must have for a schema, in its order. */
function rowsOf(schema: ConfigSchema): string[] {
  return describeConfig(schema).map(({ key, flag, environment, kind, defaultText, description }) => {
    const value = kind === "boolean" ? "" : ` <${kind.replaceAll("|", "\\|")}>`;
    const given = folders[key] ?? (defaultText === "" ? "" : `\`${defaultText}\``);
    return `| \`${key}\` | \`${flag}${value}\` | \`${environment}\` | ${given} | ${description} |`;
  });
}

/** The rows of the table under a heading of the page. */
function rowsUnder(heading: string): string[] {
  const [, section = ""] = page.split(`\n## ${heading}\n`);
  const [own = ""] = section.split("\n## ");
  return own.split("\n").filter((line) => line.startsWith("| `"));
}

describe("docs/configuration.md", () => {
  it("has every key of the server, as its schema describes it", () => {
    expect(rowsUnder("Server")).to.deep.equal(rowsOf(serverSchema));
  });

  it("has every key of the agent, as its schema describes it", () => {
    expect(rowsUnder("Agent")).to.deep.equal(rowsOf(agentSchema));
  });

  it("names the folders that this user really gets", () => {
    for (const schema of [serverSchema, agentSchema]) {
      for (const { key, defaultText } of describeConfig(schema)) {
        const documented = [...(folders[key] ?? "").matchAll(/`([^`]+)`/g)].map(([, path = ""]) =>
          path.replace("$XDG_STATE_HOME", process.env.XDG_STATE_HOME ?? "").replace("~", homedir()),
        );
        if (documented.length > 0) expect(documented).to.include(defaultText);
      }
    }
  });
});
