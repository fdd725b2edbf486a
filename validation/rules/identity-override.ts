import { type DocumentPath, walkText } from "@phoenix/catalog";
import type { RuleFinding } from "../finding.ts";
import type { Subject } from "../subject.ts";

const identity = ["host.id", "host_id", "variant", "experiment_id"];
const names = identity.map((name) => name.replace(".", "\\.")).join("|");
const statement = new RegExp(
  `\\b(?:set|delete_key|replace_pattern|append)\\(\\s*[A-Za-z_.]*attributes(?:\\["(${names})"\\]|\\s*,\\s*"(${names})")`,
);

/** The pipeline itself sets or removes what tells host and variant apart: an error, the arms would be mixed up. */
export function findIdentityOverrides({ components }: Subject): RuleFinding[] {
  const findings: RuleFinding[] = [];
  walkText(components.processors, (text, at) => {
    const match = statement.exec(text);
    const name = match ? (match[1] ?? match[2]) : isKeyOfAction(at) && identity.includes(text) ? text : undefined;
    if (name) findings.push(overridden(name, ["processors", ...at]));
  });
  walkText(components.exporters, (text, at) => {
    const name = String(at.at(-1));
    // A key is visited at the path of its value, so that a label would be seen twice.
    if (at.at(-2) !== "external_labels" || !identity.includes(name) || text === name || text.includes("${env:PHX_"))
      return;
    findings.push(overridden(name, ["exporters", ...at]));
  });
  return findings;
}

function isKeyOfAction(at: DocumentPath): boolean {
  const last = at.at(-1);
  return (last === "key" && typeof at.at(-2) === "number") || last === "new_label" || last === "label";
}

function overridden(name: string, at: DocumentPath): RuleFinding {
  return {
    severity: "error",
    at,
    message: `${name} tells hosts and variants apart and is set by Phoenix.`,
    suggestion: "Leave it as it is, and give your own attribute another name.",
  };
}
