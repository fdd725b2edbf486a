import { gatherReportData, type ReportData, type ReportQuery, renderReport, reportDocument } from "@phoenix/report";
import { Command } from "commander";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { formatValue } from "../output/output.ts";
import { writeAnswer } from "../output/write-answer.ts";
import { printExperiments } from "../report/print-experiments.ts";
import { printReport } from "../report/print-report.ts";
import { connectionOf, withConnectionOptions } from "./context.ts";
import { collect } from "./repeated-option.ts";
import { phoenixVersion } from "./version.ts";

type CompareOptions = {
  variant?: string;
  output: string;
  file?: string;
  book: string[];
  fleetHosts?: string;
  corePrice?: string;
  gibPrice?: string;
};

const formats = ["table", "json", "yaml", "html"] as const;

/** `phoenix experiment compare`. */
export function compareCommand(): Command {
  return withConnectionOptions(
    new Command("compare")
      .description("all arms side by side: effects, cost, critical processes, evidence; several experiments as a table")
      .argument("<ids...>"),
  )
    .option("-o, --output <format>", "table, json, yaml or html (one experiment)", "table")
    .option("--file <path>", "write it there instead of to standard output")
    .option("--variant <name>", "only this candidate against the baseline")
    .option("--book <name>", "price under this book; may be repeated; all of them without it", collect, [])
    .option("--fleet-hosts <number>", "also say what a fleet of so many hosts would save")
    .option("--core-price <usd>", "price of a core for a month, for the collectors' CPU")
    .option("--gib-price <usd>", "price of a GiB of memory for a month")
    .action(compare);
}

async function compare(ids: string[], options: CompareOptions, command: Command): Promise<void> {
  const format = formats.find((name) => name === options.output);
  if (format === undefined) {
    throw new CommandError(`--output takes table, json, yaml or html, not "${options.output}"`, exitCodes.usage);
  }
  const [experimentId = "", ...others] = ids;
  const { client, terminal, signal } = connectionOf(command);
  const query = { ...queryOf(options), figuresOnly: format !== "html" };
  const answer = (text: string): Promise<void> => writeAnswer(terminal, options.file, text);
  if (others.length > 0) {
    if (format === "html") {
      throw new CommandError("an HTML report is about one experiment; compare several as a table", exitCodes.usage);
    }
    const experiments: ReportData[] = [];
    for (const id of ids) experiments.push(await gatherReportData(client, id, query, signal));
    const documents = { experiments: experiments.map(reportDocument) };
    await answer(format === "table" ? `${printExperiments(experiments)}\n` : formatValue(format, documents));
    return;
  }
  const data = await gatherReportData(client, experimentId, query, signal);
  if (format === "table") await answer(`${printReport(data)}\n`);
  else if (format === "html") await answer(renderReport(data, phoenixVersion));
  else await answer(formatValue(format, reportDocument(data)));
}

function queryOf({ book, variant, ...options }: CompareOptions): ReportQuery {
  const fleetHosts = numberOf("--fleet-hosts", options.fleetHosts, { most: 10_000_000, whole: true });
  const corePrice = numberOf("--core-price", options.corePrice, { most: 100_000, whole: false });
  const gibPrice = numberOf("--gib-price", options.gibPrice, { most: 100_000, whole: false });
  return {
    books: book,
    ...(variant !== undefined && { variant }),
    ...(fleetHosts !== undefined && { fleetHosts }),
    ...(corePrice !== undefined && { corePrice }),
    ...(gibPrice !== undefined && { gibPrice }),
  };
}

function numberOf(
  flag: string,
  text: string | undefined,
  { most, whole }: { most: number; whole: boolean },
): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (value <= most && (!whole || Number.isSafeInteger(value))) return value;
  const kind = whole ? "a whole number" : "a number";
  throw new CommandError(`${flag} takes ${kind} from 0 to ${most}, not "${text}"`, exitCodes.usage);
}
