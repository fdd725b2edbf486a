import { walkText } from "@phoenix/catalog";
import type { RuleFinding } from "../finding.ts";
import { componentType, isMapping, type Subject } from "../subject.ts";
import { hostReceivers } from "./missing-receiver.ts";

const inStatement =
  /IsMatch\(\s*(?:resource\.)?attributes\["process\.executable\.name"\]\s*,\s*"((?:[^"\\]|\\.)*)"\s*\)/g;

/** A regular expression over process names without both anchors: a warning, `java` also matches `javac`. */
export function findUnanchoredNames({ components }: Subject): RuleFinding[] {
  const findings: RuleFinding[] = [];
  const note = (pattern: string, at: RuleFinding["at"]) => {
    if (isAnchored(pattern)) return;
    findings.push({
      severity: "warning",
      at,
      message: `${pattern} also matches names that only contain it.`,
      suggestion: `Write ^(?:${pattern.replaceAll(/^\^|\$+$/g, "")})$, or say with .* that more may follow.`,
    });
  };
  walkText(components.processors, (text, at) => {
    for (const match of text.matchAll(inStatement)) note(match[1] ?? "", ["processors", ...at]);
  });
  for (const [id, settings] of Object.entries(components.receivers)) {
    if (!hostReceivers.includes(componentType(id)) || !isMapping(settings) || !isMapping(settings.scrapers)) continue;
    const scraper = isMapping(settings.scrapers.process) ? settings.scrapers.process : {};
    for (const key of ["include", "exclude"]) {
      const filter = scraper[key];
      if (!isMapping(filter) || filter.match_type !== "regexp" || !Array.isArray(filter.names)) continue;
      for (const [index, name] of filter.names.entries())
        if (typeof name === "string") note(name, ["receivers", id, "scrapers", "process", key, "names", index]);
    }
  }
  return findings;
}

/** A reference may hold anything, so that what is made of references alone is not judged. */
function isAnchored(pattern: string): boolean {
  if (pattern === "" || /^(?:\$\{[^}]*\})+$/.test(pattern)) return true;
  return /^(?:\^|\.\*|\.\+)/.test(pattern) && /(?:\$|\.\*|\.\+)$/.test(pattern);
}
