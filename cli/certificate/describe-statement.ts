import { formatDigest, formatPercent, formatTime } from "@phoenix/report/quantities";
import { renderFacts, renderTable } from "../output/table.ts";
import type { Statement } from "./statement.ts";

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

function hostsPhrase({ hosts, watchedHosts }: Statement): string {
  const names = watchedHosts.length <= 8 ? watchedHosts : [...watchedHosts.slice(0, 8), "…"];
  const watched = `${counted(watchedHosts.length, "host")}: ${names.join(", ") || "none"}`;
  const unseen = hosts.filter((host) => !watchedHosts.includes(host)).length;
  return unseen === 0 ? watched : `${watched} (${counted(unseen, "host")} more planned, never watched in both arms)`;
}

/** What a certificate states, as facts and a table of what was missed. */
export function describeStatement(keyId: string, statement: Statement): string {
  const { retention, firstWindowStart, lastWindowStart, windowSeconds } = statement;
  const facts = renderFacts([
    ["Experiment", statement.experimentId],
    ["Candidate", `${statement.variant}, against ${statement.baselineVariant}`],
    ["Verdict", `${statement.decision}: ${statement.reason}`],
    ["Must keep", statement.mustKeep.join(", ") || "nothing was asked for"],
    ["Kept", statement.retentionHolds ? "yes, within the allowance" : "no"],
    ["Processes", retention.processNames.join(", ") || "none was seen"],
    ["Matched none", retention.unmatchedExpressions.join(", ")],
    [
      "Retention",
      `${formatPercent(retention.ratio)} in the candidate, ${formatPercent(retention.baselineRatio)} in the baseline`,
    ],
    [
      "Checked",
      `${counted(retention.windowsChecked, "window")} of ${windowSeconds} s; ${statement.gapAllowanceWindows} in a row may be missed`,
    ],
    [
      "Watched",
      firstWindowStart === null || lastWindowStart === null
        ? "no window in both arms"
        : `windows from ${firstWindowStart} to ${lastWindowStart}`,
    ],
    ["Hosts", hostsPhrase(statement)],
    [
      "Digests",
      `${formatDigest(statement.baselineDigest)} (baseline), ${formatDigest(statement.candidateDigest)} (candidate)`,
    ],
    ["Issued", `${statement.issueTime} by ${statement.issuer}`],
    ["Key", keyId],
  ]);
  if (retention.misses.length === 0) return facts;
  const misses = renderTable(
    ["missed process", "host", "expression", "first window", "longest gap", "windows missed"],
    retention.misses.map((miss) => [
      miss.processName,
      miss.hostId,
      miss.expression,
      formatTime(miss.firstWindowStart),
      counted(miss.longestGapWindows, "window"),
      String(miss.missedWindows),
    ]),
    "",
  );
  return `${facts}\n\n${misses}`;
}
