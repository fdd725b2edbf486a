import { type DocumentPath, walkText } from "@phoenix/catalog";
import type { RuleFinding } from "../finding.ts";
import type { Subject } from "../subject.ts";

const secretKey =
  /(^|[_.-])(password|passwd|passphrase|secret|token|api[_-]?key|authorization|credentials?|private[_-]?key|key_pem|access[_-]?key)$/i;
const secretValues = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\b(?:Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/i,
  /\bAKIA[0-9A-Z]{16}\b/,
  /\bgh[pousr]_[A-Za-z0-9]{30,}/,
  /\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\./,
  /[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:[^/\s@]+@/i,
];
const reference = /\$\{env:[A-Za-z_][A-Za-z0-9_]*\}/g;
const scheme = /^(bearer|basic|token|apikey)\b/i;

/** A literal that is or looks like a secret: an error. The finding never repeats it. */
export function findSecrets(subject: Subject): RuleFinding[] {
  const findings: RuleFinding[] = [];
  walkText(subject.value, (text, at) => {
    const literal = text.replaceAll(reference, "");
    const named = isValue(subject, at, text) && secretKey.test(keyOf(at)) && literal.replace(scheme, "").trim() !== "";
    if (!named && !secretValues.some((pattern) => pattern.test(literal))) return;
    findings.push({
      severity: "error",
      rule: "secret-in-clear",
      at,
      message: named ? `${keyOf(at)} holds a secret in clear.` : "This looks like a secret in clear.",
      suggestion: `Put it into an environment variable of the collector and write \${env:NAME}, without a default.`,
    });
  });
  return findings;
}

function keyOf(at: DocumentPath): string {
  return String(at.findLast((step) => typeof step === "string") ?? "");
}

/** Keys are visited too; a key is at the path of its own value, which is then something else. */
function isValue(subject: Subject, at: DocumentPath, text: string): boolean {
  let value: unknown = subject.value;
  for (const step of at) value = (value as Record<string | number, unknown>)[step];
  return value === text;
}
