import { type DocumentPath, walkText } from "@phoenix/catalog";
import type { RuleFinding } from "../finding.ts";
import type { Subject } from "../subject.ts";

const changing =
  /\$\{env:(?:[A-Za-z0-9]+_)*(?:TIME|TIMESTAMP|DATE|NOW|EPOCH|UUID|GUID|RANDOM|NONCE|PID|RUN_ID|BUILD|COMMIT|SHA|ATTEMPT|MODE)(?:_[A-Za-z0-9_]+)?(?::-[^}]*)?\}/i;
const statement =
  /\bset\(\s*[A-Za-z_.]*attributes\["[^"]+"\]\s*,\s*(?:String\(|Concat\(\[)*\s*(?:Now\(|UUID\(|UnixNano\(|[a-z_.]*time_unix_nano)/;

/** A label whose value changes with time or with every start: a warning, each change forks every series. */
export function findChangingLabels(subject: Subject): RuleFinding[] {
  const findings: RuleFinding[] = [];
  walkText(subject.components, (text, at) => {
    if (!(isLabel(at) && changing.test(text)) && !statement.test(text)) return;
    findings.push({
      severity: "warning",
      at,
      message: "The value of this label changes, and with each change every series begins anew.",
      suggestion: "Use a value that stays the same for the life of the host, and keep the changing one in logs.",
    });
  });
  return findings;
}

function isLabel(at: DocumentPath): boolean {
  const labels = at.includes("external_labels") || at.includes("const_labels");
  return labels || (at[0] === "processors" && at.at(-1) === "value");
}
