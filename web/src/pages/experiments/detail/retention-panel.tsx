import type { RetentionMiss, Verdict } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import type { Experiment } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { type Column, DataTable } from "../../../components/data-table.tsx";
import { Panel } from "../../../components/panel.tsx";
import { TimeText } from "../../../components/time-text.tsx";
import { formatCount, formatPercent } from "../../../format/quantities.ts";
import { hostName } from "../figures.ts";
import classes from "./detail.module.css";

/** Whether every must-keep process stayed visible, and which did not. */
export function RetentionPanel({ experiment, verdict }: { experiment: Experiment; verdict: Verdict }) {
  const { retention, variant } = verdict;
  if (retention === undefined || retention.windowsChecked === 0) return null;
  const { ratio, baselineRatio, windowsChecked, processNames, misses, unmatchedExpressions } = retention;
  const columns: readonly Column<RetentionMiss>[] = [
    { key: "process", title: "Process", cell: ({ processName }) => <code>{processName}</code> },
    { key: "host", title: "Host", cell: ({ hostId }) => hostName(experiment, hostId) },
    { key: "expression", title: "Expression", cell: ({ expression }) => <code>{expression}</code> },
    { key: "first", title: "First missing", cell: ({ firstWindowStart }) => <TimeText time={firstWindowStart} /> },
    {
      key: "gap",
      title: "Longest gap (windows)",
      align: "end",
      cell: ({ longestGapWindows }) => formatCount(longestGapWindows),
    },
    { key: "all", title: "In all (windows)", align: "end", cell: ({ missedWindows }) => formatCount(missedWindows) },
  ];
  return (
    <Panel
      title={`Must-keep processes of ${variant}`}
      note={`${formatPercent(ratio)} reported by the candidate, ${formatPercent(baselineRatio)} by the baseline, over ${formatCount(windowsChecked)} windows. What ran is known from /proc.`}
    >
      <p className={classes.reason}>Seen running: {processNames.join(", ") || "none"}.</p>
      {unmatchedExpressions.length > 0 && (
        <p className={classes.reason}>Nothing ran that these would name: {unmatchedExpressions.join(", ")}.</p>
      )}
      {misses.length === 0 ? (
        <p className={classes.good}>Nothing was missed.</p>
      ) : (
        <DataTable
          label={`Missed by ${variant}`}
          columns={columns}
          rows={misses}
          rowKey={({ hostId, processName }) => `${hostId} ${processName}`}
        />
      )}
    </Panel>
  );
}
