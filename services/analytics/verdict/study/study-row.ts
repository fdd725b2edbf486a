import { isPromised, rule, type Setting } from "./settings.ts";
import type { Tally } from "./trials.ts";

/** What came of one setting by one estimator. */
export interface StudyRow {
  readonly setting: Setting;
  readonly tally: Tally;
  /** The rule promises its error rate here. */
  readonly promised: boolean;
}

/** A row of the study. */
export function studyRow(setting: Setting, tally: Tally): StudyRow {
  return { setting, tally, promised: isPromised(setting, tally.estimator) };
}

/** "standard, 3 hosts, φ 0.9, typical-host": which row is meant. */
export function rowName({ setting, tally }: StudyRow): string {
  const { profile, hosts, phi } = setting;
  return `${profile}, ${hosts} ${hosts === 1 ? "host" : "hosts"}, φ ${phi}, ${tally.estimator}`;
}

/** Every promise that the figures break, in words; empty when all are kept. */
export function brokenBounds(rows: readonly StudyRow[]): string[] {
  return rows.flatMap((row) => {
    const { tally, promised } = row;
    const found: string[] = [];
    const rate = tally.promoted / tally.runs;
    if (promised && !(rate <= rule.alpha)) {
      found.push(
        `${rowName(row)}: promoted ${tally.promoted} of ${tally.runs} candidates exactly at the target, more than ${rule.alpha * 100} %`,
      );
    }
    if (tally.missedPromotions > 0) {
      found.push(`${rowName(row)}: ${tally.missedPromotions} inconclusive verdicts had evidence for a promotion`);
    }
    return found;
  });
}
