import { timestampMs } from "@bufbuild/protobuf/wkt";
import {
  AssuranceLevel,
  Decision,
  type Effect,
  Kpi,
  type Verdict,
} from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { ExperimentPhase } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { bookTitle, currencyOf, savingOf } from "./cost-grids.ts";
import { hostName } from "./evidence-grids.ts";
import { describeOutcome, formatKpi, isOver } from "./experiment-words.ts";
import { formatCount, formatMoney, formatPercent, formatSeconds } from "./quantities.ts";
import { armsOf, type ReportData, variantsOf } from "./report-data.ts";

/** An answer to a question that a reader without statistics has. */
export type PlainAnswer = { question: string; sentences: string[] };

/** What was tried, what it saves, how sure that is and what was lost, for one candidate, in plain words. */
export function plainAnswers(data: ReportData, verdict: Verdict): PlainAnswer[] {
  const answers: PlainAnswer[] = [
    { question: "What was tried?", sentences: whatWasTried(data, verdict.variant) },
    {
      question: "What does it save?",
      sentences: [...reductionSentences(data, verdict), ...savingSentences(data, verdict.variant)],
    },
    { question: "How sure is that?", sentences: howSure(data, verdict) },
    { question: "What was lost?", sentences: whatWasLost(data, verdict) },
  ];
  return answers.filter(({ sentences }) => sentences.length > 0);
}

/** What ran beside what, where and for how long. */
export function whatWasTried(data: ReportData, variant: string): string[] {
  const { experiment } = data;
  const [base, ...candidates] = armsOf(experiment);
  const candidate = candidates.find((arm) => arm.variant === variant);
  const hosts = experiment.hosts.length;
  const where = hosts === 0 ? "" : ` on ${counted(hosts, "host")}`;
  const { measureTime, endTime } = experiment;
  const time =
    measureTime !== undefined && endTime !== undefined
      ? ` for ${formatSeconds((timestampMs(endTime) - timestampMs(measureTime)) / 1000)}`
      : "";
  const outcome = describeOutcome(experiment);
  const over = isOver(experiment.phase);
  const ran = over ? "ran" : experiment.phase === ExperimentPhase.PENDING ? "is to run" : "runs";
  const how = over
    ? "Both watched the same machines in the same minutes, and what each would send was counted."
    : "Both watch the same machines in the same minutes, and what each would send is counted.";
  return [
    `${candidate?.pipeline?.name ?? variant} (the ${variant}) ${ran} beside ${base?.pipeline?.name ?? "what runs today"} (the baseline)${where}${time}. ${how}`,
    ...(outcome === "" ? [] : [`What was done since: ${outcome}.`]),
  ];
}

function reductionSentences({ experiment }: ReportData, { primary, decision }: Verdict): string[] {
  if (primary?.reduction === undefined || primary.blocks === 0)
    return ["That is not known yet: nothing has been compared."];
  const { estimate, low, high } = primary.reduction;
  const soFar = decision === Decision.CONTINUE ? "So far it" : "It";
  const word = estimate >= 0 ? "fewer" : "more";
  const means = `${formatCount(primary.candidateMean)} instead of ${formatCount(primary.baselineMean)}${experiment.hosts.length > 1 ? " on a host, on average" : ""}`;
  const first = `${soFar} sends ${formatPercent(Math.abs(estimate))} ${word} active series: ${means}.`;
  if (!Number.isFinite(low) || !Number.isFinite(high))
    return [first, "It is too early to say how far off that may be."];
  if (low > 0) return [first, `The true figure lies between ${formatPercent(low)} and ${formatPercent(high)}.`];
  if (high < 0) return [first, `The true figure lies between ${formatPercent(-high)} and ${formatPercent(-low)} more.`];
  return [
    first,
    `Whether that is a saving at all is open: anything from ${formatPercent(-low)} more to ${formatPercent(high)} fewer fits what was seen.`,
  ];
}

function savingSentences(data: ReportData, variant: string): string[] {
  const { baseline } = variantsOf(data);
  const savings = data.costs.flatMap((cost) => {
    const saving = savingOf(cost, baseline, variant);
    return saving === undefined || currencyOf(cost) !== "USD" ? [] : [{ title: bookTitle(cost), ...saving }];
  });
  const inOrder = savings.toSorted((a, b) => a.estimate - b.estimate);
  const [least, most] = [inOrder[0], inOrder.at(-1)];
  if (least === undefined || most === undefined) return [];
  const where = data.experiment.hosts.length === 1 ? "this host" : "these hosts";
  const after = savings.every(({ net }) => net) ? ", what the collectors themselves need already taken off" : "";
  if (least === most || most.estimate < 0) {
    const { estimate, title } = most;
    return [
      `On ${where} that is ${formatMoney(Math.abs(estimate), "USD")} ${estimate < 0 ? "more" : "less"} a month at ${title}${after}.`,
    ];
  }
  const from = least.estimate < 0 ? `${formatMoney(-least.estimate, "USD")} more` : formatMoney(least.estimate, "USD");
  return [
    `On ${where} that is between ${from} (${least.title}) and ${formatMoney(most.estimate, "USD")} (${most.title}) less a month, by the price book that applies${after}.`,
  ];
}

function howSure({ experiment }: ReportData, verdict: Verdict): string[] {
  const { plan } = experiment;
  const { assurance, decision, scope } = verdict;
  const sentences: string[] = [];
  if (plan !== undefined && decision === Decision.PROMOTE) {
    const wrong = formatPercent(plan.alpha).replace(".0 %", " %");
    const asked = formatPercent(plan.minimumReductionRatio).replace(".0 %", " %");
    sentences.push(
      `The plan is made to promote a candidate that saves less than ${asked} in at most ${wrong} of such experiments, however often one looks.`,
    );
  }
  if (decision === Decision.UNHEALTHY)
    sentences.push("The measurement itself was not sound, so it says nothing of the candidate.");
  if (assurance?.level === AssuranceLevel.STANDARD) {
    sentences.push("Assurance is standard: nothing is missing that the standard asks for.");
  }
  if (assurance?.level === AssuranceLevel.REDUCED) {
    sentences.push("Assurance is reduced: the evidence is thinner than that takes, for the reasons below.");
  }
  if (scope !== "") sentences.push(`The verdict is about ${scope}.`);
  return sentences;
}

function whatWasLost(data: ReportData, verdict: Verdict): string[] {
  return [...processSentences(data, verdict), ...otherLosses(data, verdict)];
}

function processSentences({ experiment }: ReportData, { retention, blocks }: Verdict): string[] {
  if ((experiment.spec?.mustKeep.length ?? 0) === 0 && (retention?.processNames.length ?? 0) === 0) {
    return ["No critical process was named, so nothing was checked to stay visible."];
  }
  if (retention === undefined || retention.windowsChecked === 0) {
    return blocks === 0 ? [] : ["None of the critical processes named was seen running, so none was checked."];
  }
  const windowSeconds = experiment.plan?.windowSeconds ?? 0;
  const names = listed(retention.processNames);
  const sentences =
    retention.misses.length === 0
      ? [
          `No critical process was lost: ${names} stayed visible in all ${retention.windowsChecked} windows that were checked.`,
        ]
      : retention.misses.slice(0, 5).map((miss) => {
          const gap = windowSeconds === 0 ? "" : ` (${formatSeconds(miss.longestGapWindows * windowSeconds)})`;
          return `${miss.processName} disappeared on ${hostName(experiment, miss.hostId)}, for up to ${counted(miss.longestGapWindows, "window")}${gap} at a time, while it ran and the baseline showed it.`;
        });
  if (retention.misses.length > 5)
    sentences.push(`${retention.misses.length - 5} more were missed; all are listed below.`);
  if (retention.unmatchedExpressions.length > 0) {
    sentences.push(`Nothing was running that ${listed(retention.unmatchedExpressions)} would have named.`);
  }
  return sentences;
}

function otherLosses(data: ReportData, verdict: Verdict): string[] {
  const sentences: string[] = [];
  const names = effectOf(verdict, Kpi.METRIC_NAMES);
  if (names !== undefined && names.candidateMean < names.baselineMean - 0.5) {
    sentences.push(
      `It sends ${formatKpi(names.kpi, names.candidateMean)} metric names instead of ${formatKpi(names.kpi, names.baselineMean)}.`,
    );
  }
  const [cpu, rss] = [effectOf(verdict, Kpi.COLLECTOR_CPU), effectOf(verdict, Kpi.COLLECTOR_RSS)];
  if (cpu !== undefined && rss !== undefined) {
    sentences.push(
      `Its collector needs ${formatKpi(cpu.kpi, cpu.candidateMean)} and ${formatKpi(rss.kpi, rss.candidateMean)} of memory; the baseline's ${formatKpi(cpu.kpi, cpu.baselineMean)} and ${formatKpi(rss.kpi, rss.baselineMean)}.`,
    );
  }
  const arm = data.kpis.find(({ variant }) => variant === verdict.variant);
  if (arm !== undefined && arm.collectorRestarts > 0) {
    sentences.push(
      `Its collectors restarted ${arm.collectorRestarts === 1 ? "once" : `${arm.collectorRestarts} times`}.`,
    );
  }
  if (arm !== undefined && arm.droppedPoints > 0n) {
    sentences.push(`They failed to send ${formatCount(Number(arm.droppedPoints))} data points.`);
  }
  return sentences;
}

function effectOf(verdict: Verdict, kpi: Kpi): Effect | undefined {
  return verdict.effects.find((effect) => effect.kpi === kpi && effect.blocks > 0);
}

/** "a, b and c", the rest counted. */
function listed(names: readonly string[]): string {
  const shown = names.length > 8 ? [...names.slice(0, 8), `${names.length - 8} more`] : [...names];
  const last = shown.pop() ?? "";
  return shown.length === 0 ? last : `${shown.join(", ")} and ${last}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
