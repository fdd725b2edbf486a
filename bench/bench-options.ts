import { parseArgs } from "node:util";

/** What a command line may say besides the subject; what it leaves out each subject chooses itself. */
export type BenchOptions = {
  /** Prints alone; docs/benchmarks.md stays as it is. */
  dry: boolean;
  /** Simulated agents. */
  agents: number | undefined;
  /** Tasks or jobs a second where the rate is fixed. */
  rate: number | undefined;
  /** Length of a measurement, in seconds. */
  seconds: number | undefined;
  /** Jobs of a burn-down. */
  jobs: number | undefined;
  /** Repetitions. */
  runs: number | undefined;
  /** Parts of a subject to measure, where it has several; everything when there are none. */
  only: string[];
};

/** Says what the bench does meanwhile. */
export type Say = (line: string) => void;

/** Reads a command line. @throws Error that names what it does not know. */
export function readBenchOptions(args: string[]): { subject: string | undefined; options: BenchOptions } {
  const text = { type: "string" } as const;
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { dry: { type: "boolean" }, agents: text, rate: text, seconds: text, jobs: text, runs: text, only: text },
  });
  const numberOf = (name: "agents" | "rate" | "seconds" | "jobs" | "runs"): number | undefined => {
    const given = values[name];
    if (given === undefined) return undefined;
    const number = Number(given.replaceAll("_", ""));
    if (!Number.isSafeInteger(number) || number < 1) throw new Error(`--${name} takes a whole number, not ${given}`);
    return number;
  };
  return {
    subject: positionals[0],
    options: {
      dry: values.dry ?? false,
      agents: numberOf("agents"),
      rate: numberOf("rate"),
      seconds: numberOf("seconds"),
      jobs: numberOf("jobs"),
      runs: numberOf("runs"),
      only: values.only === undefined ? [] : values.only.split(","),
    },
  };
}
