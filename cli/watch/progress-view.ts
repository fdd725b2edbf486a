import type { Verdict } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import type { Experiment } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { ExperimentPhase } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { decisionWord } from "@phoenix/report/experiment-words";
import { enumWord, formatCount, formatInterval, formatPercent, formatSeconds } from "@phoenix/report/quantities";
import { describeAssurance } from "../experiment/describe-experiment.ts";

const phases = ["PENDING", "INITIALIZING", "RUNNING", "ANALYZING", "COMPLETED"];

/** The live picture of an experiment: phases, progress, effect with its interval, retention. */
export function progressView(experiment: Experiment, columns: number): string {
  const phase = enumWord(ExperimentPhase, experiment.phase);
  const line = phases.includes(phase)
    ? phases.map((name) => (name === phase ? `[${name}]` : name.toLowerCase())).join(" > ")
    : `[${phase}]`;
  const parts = [`${experiment.name}  ${experiment.experimentId}`, line];
  // While blocks come in, the reason of the phase is what the verdict below says.
  if (
    experiment.phaseReason !== "" &&
    !experiment.verdicts.some(({ reason }) => experiment.phaseReason.includes(reason))
  ) {
    parts.push(experiment.phaseReason);
  }
  for (const verdict of experiment.verdicts) parts.push("", ...verdictLines(experiment, verdict));
  if (experiment.secondsRemaining > 0) parts.push("", `at most ${formatSeconds(experiment.secondsRemaining)} to go`);
  return parts.map((part) => wrap(part, columns)).join("\n");
}

function verdictLines(experiment: Experiment, verdict: Verdict): string[] {
  const planned = experiment.plan?.minimumBlocks ?? 0;
  const effect = verdict.primary;
  const lines = [
    `${verdict.variant}: ${decisionWord(verdict.decision)}  ${bar(verdict.blocks, planned)} block ${verdict.blocks} of at least ${planned}`,
  ];
  if (effect !== undefined && effect.blocks > 0) {
    lines.push(
      `  series     ${formatCount(effect.baselineMean)} -> ${formatCount(effect.candidateMean)}`,
      `  reduction  ${formatInterval(effect.reduction)}`,
    );
  }
  const retention = verdict.retention;
  if (retention !== undefined && retention.windowsChecked > 0) {
    lines.push(
      `  retention  ${formatPercent(retention.ratio)} of ${retention.processNames.length} must-keep processes`,
    );
  }
  if (verdict.assurance !== undefined) lines.push(`  assurance  ${describeAssurance(verdict)}`);
  lines.push(`  ${verdict.reason}`);
  return lines;
}

function bar(done: number, planned: number): string {
  const width = 16;
  const filled = planned === 0 ? 0 : Math.min(width, Math.round((done / planned) * width));
  return `${"#".repeat(filled)}${".".repeat(width - filled)}`;
}

/** Breaks a line between words; what follows is indented like its text. */
function wrap(text: string, columns: number): string {
  const width = Math.max(1, columns);
  if (text.length <= width) return text;
  const own = /^ *(?:\w+ {2,})?/.exec(text)?.[0].length ?? 0;
  const indent = " ".repeat(own < width / 2 ? own : 0);
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const gap = rest.lastIndexOf(" ", width);
    const at = gap > indent.length ? gap : width;
    lines.push(rest.slice(0, at));
    rest = indent + rest.slice(at).trimStart();
  }
  return [...lines, rest].join("\n");
}
