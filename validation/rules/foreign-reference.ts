import { type DocumentPath, walkText } from "@phoenix/catalog";
import type { RuleFinding } from "../finding.ts";
import type { Subject } from "../subject.ts";

const allowed = [
  /\$\{env:[A-Za-z_][A-Za-z0-9_]*(?::-[^${}]*)?\}/g,
  /\$\{file:\$\{env:PHX_DYN_DIR(?::-[^${}]*)?\}\/[A-Za-z0-9_.-]+\}/g,
];
const allowedInPipelines = /\$\{var:[a-z][a-z0-9_]*\}/g;

/**
 * A `${...}` that is not an environment variable: an error. `${file:...}` and `${http:...}` would make the
 * collector read files and addresses of its host, and nested references can spell them in disguise.
 */
export function findForeignReferences(subject: Subject): RuleFinding[] {
  const findings: RuleFinding[] = [];
  walkText(subject.value, (text, at: DocumentPath) => {
    const patterns = subject.kind === "pipeline" ? [...allowed, allowedInPipelines] : allowed;
    // The file reference contains an environment reference, so it goes first.
    const rest = patterns
      .toSorted((a, b) => b.source.length - a.source.length)
      .reduce((left, pattern) => left.replaceAll(pattern, ""), text);
    if (!/\$\{/.test(rest)) return;
    findings.push({
      severity: "error",
      at,
      message: "Only plain references to environment variables are allowed here.",
      suggestion: `Write \${env:NAME} or \${env:NAME:-default}; files, addresses and nested references are refused.`,
    });
  });
  return findings;
}
