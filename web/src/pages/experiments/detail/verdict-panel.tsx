import { Decision, type Verdict } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import type { Experiment } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { Panel } from "../../../components/panel.tsx";
import { Stat, StatGrid } from "../../../components/stat.tsx";
import { TimeText } from "../../../components/time-text.tsx";
import { enumName } from "../../../format/enum-name.ts";
import { formatCount, formatCounted, formatPercent } from "../../../format/quantities.ts";
import { assuranceWord, formatInterval } from "../figures.ts";
import { DecisionBadge } from "../phase-badge.tsx";
import { ArmHead } from "./arm-head.tsx";
import classes from "./detail.module.css";

/** What Phoenix concludes of one candidate, why, and how sure it is. */
export function VerdictPanel({ experiment, verdict }: { experiment: Experiment; verdict: Verdict }) {
  const { variant, decision, reason, primary, retention, assurance, scope, blocks, pairWindows, hosts } = verdict;
  const { plan } = experiment;
  const checked = retention !== undefined && retention.windowsChecked > 0;
  const arm = experiment.spec?.arms.find((one) => one.variant === variant);
  return (
    <Panel
      title={decision === Decision.CONTINUE ? "The evidence so far" : "Verdict"}
      aside={
        <div>
          <ArmHead variant={variant} pipeline={arm?.pipeline} />
        </div>
      }
    >
      <div className={classes.verdict} data-testid="verdict" data-decision={enumName(Decision, decision)}>
        <DecisionBadge decision={decision} />
        <span className="px-dim">
          as of <TimeText time={verdict.analyzeTime} />
        </span>
      </div>
      <p className={classes.verdictReason}>{reason}</p>
      <StatGrid>
        <Stat
          label="Fewer active series"
          value={primary === undefined ? "not yet" : formatPercent(primary.reduction?.estimate ?? Number.NaN)}
          help="1 − candidate ÷ baseline of the active series in a window. The interval stays valid however often it is looked at."
          note={primary === undefined ? "" : formatInterval(primary.reduction)}
        />
        <Stat
          label="Must-keep processes"
          value={checked ? formatPercent(retention.ratio) : "not checked"}
          help="Share of (process, window) pairs in which the candidate reported a must-keep process that ran, as /proc says."
          note={
            checked
              ? `${formatCounted(retention.windowsChecked, "window")}; the baseline: ${formatPercent(retention.baselineRatio)}`
              : "None was named, or none ran."
          }
        />
        <Stat
          label="Evidence"
          value={formatCount(blocks)}
          unit={`of ${formatCount(plan?.minimumBlocks ?? 0)} to ${formatCount(plan?.maximumBlocks ?? 0)} blocks`}
          help="A block is a run of windows, the unit of the statistics. A promotion needs the fewest; after the most the answer is inconclusive."
          note={`${formatCounted(pairWindows, "window")} of both arms on ${formatCounted(hosts, "host")}; ${formatCount(verdict.lostWindows)} lost`}
        />
        <Stat
          label="Assurance"
          value={assuranceWord(assurance?.level)}
          help="How strong the evidence is, whatever it says."
          note={scope === "" ? "" : `About ${scope}.`}
        />
      </StatGrid>
      {(assurance?.reasons.length ?? 0) > 0 && (
        <>
          <p className={classes.reason}>Assurance is reduced because of:</p>
          <ul className={classes.list}>
            {assurance?.reasons.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </>
      )}
    </Panel>
  );
}
