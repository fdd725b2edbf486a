import type { Verdict } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import type { Experiment, LoadSpec } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { ExperimentPhase } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import {
  assuranceWord,
  decisionWord,
  describeOutcome,
  formatKpi,
  isGuardrail,
  kpiTitle,
} from "@phoenix/report/experiment-words";
import {
  enumWord,
  formatCount,
  formatDigest,
  formatInterval,
  formatPercent,
  formatSeconds,
  formatTime,
} from "@phoenix/report/quantities";
import { renderFacts, renderTable } from "../output/table.ts";

/** An experiment with its newest verdicts, for a terminal. */
export function describeExperiment(experiment: Experiment): string {
  const arms = (experiment.spec?.arms ?? []).map((arm) => {
    const digest = experiment.configDigests[arm.variant];
    return `${arm.variant}: ${arm.pipeline?.name ?? ""}${digest === undefined ? "" : ` (${formatDigest(digest)})`}`;
  });
  const facts = renderFacts([
    ["Name", experiment.name],
    ["Id", experiment.experimentId],
    ["Phase", enumWord(ExperimentPhase, experiment.phase)],
    ["Because", experiment.phaseReason],
    ["Arms", arms.join(", ")],
    ["Load", describeLoad(experiment.spec?.load)],
    ["Hosts", experiment.hosts.map((host) => host.hostName || host.hostId).join(", ")],
    ["Started", formatTime(experiment.startTime)],
    [
      "Ends by",
      experiment.secondsRemaining > 0 ? `in ${formatSeconds(experiment.secondsRemaining)} at the latest` : "",
    ],
    ["Outcome", describeOutcome(experiment)],
    ["Held back", describeHeldBack(experiment)],
  ]);
  const verdicts = experiment.verdicts.map(describeVerdict);
  return [facts, ...verdicts].join("\n\n");
}

/** The load put on the hosts, empty when there is none. */
function describeLoad(load: LoadSpec | undefined): string {
  if (load === undefined) return "";
  const name = load.custom === undefined ? load.profile : `${load.custom.name}, a profile of one's own`;
  return load.processes === 0 ? name : `${name}; ${formatCount(load.processes)} processes`;
}

/** Which hosts are held back from a promotion and until when, empty when none are. */
export function describeHeldBack({ hosts, holdBackUntil }: Experiment): string {
  const held = hosts.filter(({ heldBack }) => heldBack).map((host) => host.hostName || host.hostId);
  if (held.length === 0) return "";
  const until = holdBackUntil === undefined ? "" : `, until ${formatTime(holdBackUntil)}`;
  return `${listed(held)}${until}`;
}

/** Names for a line of a terminal: the first eight, and how many more. */
export function listed(names: readonly string[]): string {
  return (names.length > 8 ? [...names.slice(0, 8), `and ${names.length - 8} more`] : names).join(", ");
}

/** A verdict, for a terminal. */
export function describeVerdict(verdict: Verdict): string {
  const effects = [verdict.primary, ...verdict.effects].filter((effect) => effect !== undefined);
  const table = renderTable(
    ["measured", "baseline", "candidate", "reduction (interval)", "guardrail"],
    effects.map((effect) => [
      kpiTitle(effect.kpi),
      formatKpi(effect.kpi, effect.baselineMean),
      formatKpi(effect.kpi, effect.candidateMean),
      formatInterval(effect.reduction),
      isGuardrail(effect) ? (effect.guardrailHolds ? "holds" : "open") : "",
    ]),
    "Nothing is measured yet.",
  );
  const retention = verdict.retention;
  const facts = renderFacts([
    [verdict.variant, `${decisionWord(verdict.decision)}: ${verdict.reason}`],
    [
      "Blocks",
      `${verdict.blocks} (${verdict.pairWindows} windows on ${verdict.hosts} host${verdict.hosts === 1 ? "" : "s"})`,
    ],
    [
      "Retention",
      retention === undefined || retention.windowsChecked === 0
        ? ""
        : `${formatPercent(retention.ratio)} of ${retention.processNames.join(", ") || "no process"} over ${retention.windowsChecked} windows`,
    ],
    [
      "Missed",
      (retention?.misses ?? [])
        .map(
          (miss) =>
            `${miss.processName} from ${formatTime(miss.firstWindowStart)} for ${miss.longestGapWindows} windows`,
        )
        .join("; "),
    ],
    ["Assurance", describeAssurance(verdict)],
    ["Scope", verdict.scope],
  ]);
  return `${facts}\n\n${table}`;
}

/** "reduced: one host; no A/A period". */
export function describeAssurance(verdict: Verdict): string {
  if (verdict.assurance === undefined) return "";
  const reasons = verdict.assurance.reasons.join("; ");
  return `${assuranceWord(verdict.assurance.level)}${reasons === "" ? "" : `: ${reasons}`}`;
}
