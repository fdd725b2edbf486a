import { expect } from "chai";

/** One figure that a case measured, held to its goal. */
export type MeasuredFigure = {
  /** The case, "AT-P02" for instance. */
  case: string;
  what: string;
  measured: string;
  goal: string;
  passed: boolean;
};

/** What a figure has to be. */
export type Goal = readonly [word: keyof typeof judges, wanted: number];

/** How a figure is written. */
export type Unit = "%" | "s" | "MiB" | "";

const figures: MeasuredFigure[] = [];

/** Notes a figure for the summary, then fails the test when the goal is missed. Shares are given from 0 to 1, sizes in bytes. */
export function holdTo(case_: string, what: string, value: number, goal: Goal, unit: Unit = ""): void {
  const [word, wanted] = goal;
  const passed = judges[word](value, wanted);
  const figure = {
    case: case_,
    what,
    measured: write(value, unit),
    goal: `${words[word]} ${write(wanted, unit)}`,
    passed,
  };
  figures.push(figure);
  expect(passed, `${what}: ${figure.measured}, wanted ${figure.goal}`).to.equal(true);
}

/** The figures noted since this was asked last. */
export function takeFigures(): MeasuredFigure[] {
  return figures.splice(0);
}

const judges = {
  least: (value: number, wanted: number): boolean => value >= wanted,
  most: (value: number, wanted: number): boolean => value <= wanted,
  below: (value: number, wanted: number): boolean => value < wanted,
  exactly: (value: number, wanted: number): boolean => value === wanted,
};

const words = { least: "at least", most: "at most", below: "below", exactly: "exactly" };

function write(value: number, unit: Unit): string {
  const scaled = unit === "%" ? value * 100 : unit === "MiB" ? value / 1024 ** 2 : value;
  const digits = Number.isInteger(scaled) ? scaled.toString() : scaled.toFixed(1);
  return unit === "" ? digits : `${digits} ${unit}`;
}
