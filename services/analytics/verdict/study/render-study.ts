import { world } from "./settings.ts";
import { brokenBounds, type StudyRow } from "./study-row.ts";
import { earlyBlocks } from "./trials.ts";

/** Where and how the figures came about. */
export interface StudyAccount {
  readonly date: string;
  readonly machine: string;
  readonly command: string;
  readonly seed: number;
  readonly seconds: number;
}

const percent = (count: number, runs: number): string => `${((100 * count) / runs).toFixed(1)} %`;

function tableOf(rows: readonly StudyRow[], columns: Readonly<Record<string, (row: StudyRow) => string>>): string {
  const names = Object.keys(columns);
  return [
    `| ${names.join(" | ")} |`,
    `|${names.map(() => "---").join("|")}|`,
    ...rows.map((row) => `| ${names.map((name) => columns[name]?.(row) ?? "").join(" | ")} |`),
  ].join("\n");
}

const place = {
  hosts: ({ setting }: StudyRow) => String(setting.hosts),
  φ: ({ setting }: StudyRow) => String(setting.phi),
  estimator: ({ tally }: StudyRow) => tally.estimator,
  "L, mean": ({ tally }: StudyRow) => (tally.blockWindows / tally.runs).toFixed(0),
  runs: ({ tally }: StudyRow) => String(tally.runs),
};
const errors = {
  ...place,
  "false promotions": ({ tally }: StudyRow) => percent(tally.promoted, tally.runs),
  rejected: ({ tally }: StudyRow) => percent(tally.rejected, tally.runs),
  inconclusive: ({ tally }: StudyRow) => percent(tally.inconclusive, tally.runs),
};
const unlike = { ...errors, "standard assurance": ({ promised }: StudyRow) => (promised ? "yes" : "no, reduced") };
const power = {
  ...place,
  "A/A": ({ setting }: StudyRow) =>
    setting.calibrationWindows === 0 ? "none" : `${setting.calibrationWindows / 60} h`,
  [`promoted within ${earlyBlocks} blocks`]: ({ tally }: StudyRow) => percent(tally.promotedEarly, tally.runs),
  "promoted at all": ({ tally }: StudyRow) => percent(tally.promoted, tally.runs),
};

/** The study as a page: what was asked, the figures, how to read them. */
export function renderStudy(rows: readonly StudyRow[], account: StudyAccount): string {
  const atTarget = rows.filter(({ setting }) => setting.shiftSd === 0);
  const standard = atTarget.filter(({ setting }) => setting.profile === "standard");
  const differing = standard.filter(({ setting }) => setting.hostSd >= world.windowSd);
  const plain = standard.filter((row) => !differing.includes(row));
  const quick = atTarget.filter(({ setting }) => setting.profile === "quick");
  const beyond = rows.filter(({ setting }) => setting.shiftSd > 0);
  const worst = Math.max(...rows.filter(({ promised }) => promised).map(({ tally }) => tally.promoted / tally.runs));
  const missed = rows.reduce((sum, { tally }) => sum + tally.missedPromotions, 0);
  const broken = brokenBounds(rows);

  return `# How often the verdict is wrong

Written by \`npm run calibrate\`; do not edit. Simulated experiments whose truth is known, judged by the verdict's own functions (\`calibrate\`, \`measureRatio\`, \`decide\` of services/analytics/verdict) after every block from the first to the last planned one, as the controller does. A verdict is sticky: the first one other than CONTINUE counts.

${broken.length === 0 ? `**Every promised bound holds.** The most false promotions where at most 5 % are promised: ${(100 * worst).toFixed(1)} %.` : `**Broken:**\n\n${broken.map((line) => `* ${line}`).join("\n")}`} Of all experiments, ${missed} ended INCONCLUSIVE although an interval had allowed a promotion; none may.

Seed ${account.seed} · ${account.date} · ${account.seconds.toFixed(0)} s on ${account.machine} · \`${account.command}\`

## The simulated hosts

Both arms of a host share a load that wanders. The log ratio of a window has a standard deviation of ${world.windowSd} and the lag-1 autocorrelation φ; ${world.sharedRatio * 100} % of its variance is common to all hosts. Where there is an A/A period, the arms of each host differ on their own by a standard deviation of ${world.offsetSd}, which the period has to find out: the engine's own \`calibrate\` learns offsets and block length from it, so errors in both are part of the figures. The noise of both arms has one law, so the truth is the same number by either estimator. Hosts differ in size by a standard deviation of 0.5 on the log scale, and in effect by 0.03 unless the table says otherwise.

## Standard profile, a reduction of exactly the target

A promotion is an error here: at most 5 % may happen. A/A period of two hours, L = max(15, ⌈2τ⌉) as learned, verdicts after 8 to 96 blocks.

${tableOf(plain, errors)}

With one host the truth is that of this host: the verdict speaks of these hosts only.

## Hosts that differ as much as their windows do

The same with φ = 0 and hosts whose own effects have a standard deviation of 0.1. The spread of three hosts is known from two differences: where it is all there is, an error is a Student's t of two degrees of freedom beyond the narrowest radius, 3.01 standard errors after about 32 blocks, which happens 4.7 % of the time. In a total of uneven hosts even less is known: there the verdict has reduced assurance and 5 % is not promised. From four hosts on it is.

${tableOf(differing, unlike)}

## Quick profile, a reduction of exactly the target

Blocks of two windows, no A/A period, verdicts after 8 to 48 blocks. **5 % is not promised**: where windows remember each other, blocks of two windows do too, the interval is too narrow, and every verdict carries reduced assurance with that reason. The table says how wrong it can get.

${tableOf(quick, errors)}

## A reduction beyond the target by one standard deviation of a window

Promotions are right here. What costs power in the standard profile is the A/A period: offsets learned in two hours are as doubtful as that many windows are, and the standard error says so (B₀ blocks of A/A add s_block²/B₀). Where windows remember each other, a longer period pays.

${tableOf(
  beyond.filter(({ setting }) => setting.profile === "standard"),
  power,
)}

Quick profile:

${tableOf(
  beyond.filter(({ setting }) => setting.profile === "quick"),
  power,
)}

## What this does not show

The standard error adds the variance between blocks and that between hosts: a conservative combination, not a theorem. τ = (1 + φ)/(1 − φ) is that of a first-order process; measurements that remember in another way (a slow wave under fast noise) can have longer blocks than that asks for, and the verdict's lag-1 check of neighbouring blocks is there to see it. A run inside one day speaks of that day.
`;
}
