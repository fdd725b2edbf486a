import {
  armsOf,
  bookTitle,
  type Cell,
  changeWord,
  currencyOf,
  figures,
  type Grid,
  type ReportData,
  rangeWords,
  savingOf,
  variantsOf,
  words,
} from "@phoenix/report";
import { assuranceWord, decisionWord } from "@phoenix/report/experiment-words";
import { formatMoney, formatMoneyRange } from "@phoenix/report/quantities";
import { printGrid } from "./print-grid.ts";

/** Several experiments side by side, a row for each candidate; savings under the first price book that all have. */
export function printExperiments(experiments: readonly ReportData[]): string {
  return printGrid(experimentsGrid(experiments), "");
}

function experimentsGrid(experiments: readonly ReportData[]): Grid {
  const priced = experiments.filter(({ costs }) => costs.length > 0);
  const [first] = priced;
  const common = first?.costs.find(({ book }) =>
    priced.every(({ costs }) => costs.some((cost) => cost.book?.name === book?.name)),
  );
  const rows = experiments.flatMap((data) => rowsOf(data, common?.book?.name));
  return {
    columns: [
      words("experiment"),
      words("name"),
      words("baseline"),
      words("candidate"),
      figures("active series"),
      ...(common === undefined ? [] : [figures(`saved a month at ${bookTitle(common)}`)]),
      words("verdict"),
      words("assurance"),
    ],
    rows: rows.map(({ saving, before, after }) => [...before, ...(common === undefined ? [] : [saving]), ...after]),
  };
}

function rowsOf(data: ReportData, bookName: string | undefined): { before: Cell[]; saving: Cell; after: Cell[] }[] {
  const { experiment } = data;
  const { baseline } = variantsOf(data);
  const [base, ...candidates] = armsOf(experiment);
  return candidates.map(({ variant, pipeline }) => {
    const verdict = data.verdicts.find((one) => one.variant === variant);
    const reduction = verdict?.primary?.reduction;
    const cost = data.costs.find(({ book }) => book?.name === bookName);
    const saving = cost === undefined ? undefined : savingOf(cost, baseline, variant);
    return {
      before: [
        experiment.experimentId,
        experiment.name,
        base?.pipeline?.name ?? "",
        pipeline?.name ?? "",
        reduction === undefined || verdict?.primary?.blocks === 0
          ? "not measured yet"
          : { figure: changeWord(reduction.estimate), detail: rangeWords(reduction) ?? "too early for an interval" },
      ],
      saving:
        cost === undefined || saving === undefined
          ? ""
          : {
              figure: formatMoney(saving.estimate, currencyOf(cost)),
              detail: formatMoneyRange(saving, currencyOf(cost)),
            },
      after: [
        verdict === undefined ? "" : decisionWord(verdict.decision),
        verdict?.assurance === undefined ? "" : assuranceWord(verdict.assurance.level),
      ],
    };
  });
}
