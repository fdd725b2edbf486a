import { checkConfig, type Finding, sortFindings } from "@phoenix/validation";

/** Looks at a configuration for what breaks a rule. */
export type RuleCheck = (text: string) => Finding[];

/** What the rules say of a configuration. */
export type RuleJudgement =
  | {
      ok: true;
      /** What is doubtful about it and keeps it from nothing, a line each. */
      remarks: string[];
    }
  | { ok: false; words: string };

const mostWritten = 5;
const longestLine = 1_000;

/** The rules that a server follows, once more on the host: whatever brought a configuration here, an error keeps it from running. */
export const checkRules: RuleCheck = (text) => checkConfig(text).findings;

/** Judges a configuration by what was found in it; the words say of each error the rule, the place, and what to do. */
export function judgeFindings(findings: readonly Finding[]): RuleJudgement {
  const ordered = sortFindings(findings);
  const errors = ordered.filter(({ severity }) => severity === "error");
  const lines = (errors.length > 0 ? errors : ordered.filter(({ severity }) => severity === "warning")).map(lineOf);
  const more = lines.length - mostWritten;
  const written = [...lines.slice(0, mostWritten), ...(more > 0 ? [`and ${more} more`] : [])];
  if (errors.length === 0) return { ok: true, remarks: written };
  return { ok: false, words: `This agent runs no configuration that breaks a rule.\n${written.join("\n")}` };
}

function lineOf({ rule, path, line, column, message, suggestion }: Finding): string {
  const place = [...(path === "" ? [] : [path]), ...(line > 0 ? [`line ${line}, column ${column}`] : [])].join(", ");
  const written = `${rule}${place === "" ? "" : ` at ${place}`}: ${message}${suggestion === "" ? "" : ` (${suggestion})`}`;
  return written.length <= longestLine ? written : `${written.slice(0, longestLine - 1)}…`;
}
