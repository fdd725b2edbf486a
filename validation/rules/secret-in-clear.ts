import { type DocumentPath, walkText } from "@phoenix/catalog";
import type { RuleFinding } from "../finding.ts";
import type { Subject } from "../subject.ts";

const secretKey =
  /(^|[_.-])(password|passwd|passphrase|secret|token|api[_-]?key|authorization|credentials?|private[_-]?key|key_pem|(?:access|account|license|signing|encryption)[_-]?key|connection[_-]?string|honeycomb-team)$/i;
const secretValues = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\b(?:Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/i,
  /\bAKIA[0-9A-Z]{16}\b/,
  /\bgh[pousr]_[A-Za-z0-9]{30,}/,
  /\beyJ[A-Za-z0-9_-]{10,500}\.[A-Za-z0-9_-]{10}/,
  /:\/\/(?=[^/\s@]*[^/\s@:])[^/\s@]*@/,
  /[?&](?:api[_-]?key|access[_-]?token|token|sig|key)=[^&\s]{6,}/i,
];
const reference = /\$\{env:[A-Za-z_][A-Za-z0-9_]*\}/g;
const scheme = /^(bearer|basic|token|apikey)\b/i;

/** A literal that is or looks like a secret: an error. The finding never repeats it. */
export function findSecrets(subject: Subject): RuleFinding[] {
  const findings: RuleFinding[] = [];
  walkText(subject.value, (text, at) => {
    const literal = text.replaceAll(reference, "");
    const named = isValue(subject, at, text) && secretKey.test(keyOf(at)) && literal.replace(scheme, "").trim() !== "";
    if (!named && !secretValues.some((pattern) => pattern.test(literal)) && !looksRandom(literal, at)) return;
    findings.push({
      severity: "error",
      at,
      message: named ? `${keyOf(at)} holds a secret in clear.` : "This looks like a secret in clear.",
      suggestion: `Put it into an environment variable of the collector and write \${env:NAME}, without a default.`,
    });
  });
  return findings;
}

const publicKey = /(?:^|[_.-])(?:id|digest|hash|sha|sha256|fingerprint|thumbprint|pem)$/i;
/** Bits of a character (Shannon) from which on a long word of letters and digits was not thought up by a person. */
const randomBits = 4.2;

/** A long word of mixed letters and digits in which hardly anything repeats, where keys are used and no name says what it is. */
function looksRandom(text: string, at: DocumentPath): boolean {
  if (!["receivers", "exporters", "extensions"].includes(String(at[0])) || publicKey.test(keyOf(at))) return false;
  if (!/^[A-Za-z0-9+/=_-]{28,200}$/.test(text) || /^[./]/.test(text)) return false;
  if (![/[a-z]/, /[A-Z]/, /\d/].every((kind) => kind.test(text))) return false;
  const counts = new Map<string, number>();
  for (const letter of text) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  const shares = [...counts.values()].map((count) => count / text.length);
  return shares.reduce((bits, share) => bits - share * Math.log2(share), 0) >= randomBits;
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
