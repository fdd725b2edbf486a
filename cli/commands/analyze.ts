import { readFile } from "node:fs/promises";
import type { PanelAnalysis } from "@phoenix/analytics/verdict";
import { Command } from "commander";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { parseOutputFormat, printValue, type Terminal } from "../output/output.ts";
import { renderFacts } from "../output/table.ts";
import { processTerminal } from "./context.ts";

/** Options of `phoenix analyze`. */
export interface AnalyzeOptions {
  readonly input: string;
  readonly output: string;
}

/** `phoenix analyze`: the verdict's statistics over a file, with no server. */
export function analyzeCommand(): Command {
  return new Command("analyze")
    .description("judge a panel of counts from a file by the verdict's own statistics, with no server")
    .requiredOption("-i, --input <file>", "the panel as JSON, or - for standard input")
    .option("-o, --output <format>", "table, json or yaml", "table")
    .addHelpText(
      "after",
      `
The panel: {"windowSeconds", "blockWindows", "baseline": [[...]], "candidate": [[...]]}, one row for
each host, one count for each window, null for a missing window. Optional: "alpha" (0.05),
"g" (1.3), "minimumReduction" (0.2), "estimator" ("typical-host" or "fleet-total").`,
    )
    .action((options: AnalyzeOptions) => analyze(options, processTerminal));
}

async function textOf(input: string): Promise<string> {
  if (input === "-") {
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
    return Buffer.concat(chunks).toString("utf8");
  }
  return await readFile(input, "utf8").catch((error: unknown) => {
    const why = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new CommandError(`${input} cannot be read (${why}); name a file with --input`, exitCodes.usage);
  });
}

/** Where the first number stands that JSON does not have, and what it is; null where there is none. */
function strangeNumber(text: string): { line: number; column: number; token: string } | null {
  // Strings are matched first, so that a word inside one is not taken for a number.
  for (const match of text.matchAll(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g)) {
    const [token] = match;
    if (token.startsWith('"')) continue;
    const before = text.slice(0, match.index).split("\n");
    return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1, token };
  }
  return null;
}

function parse(text: string, name: string): unknown {
  if (text.trim() === "") throw new CommandError(`${name} is empty; it must hold a panel as JSON`, exitCodes.usage);
  try {
    return JSON.parse(text);
  } catch (error) {
    const strange = strangeNumber(text);
    const why =
      strange === null
        ? `is not JSON: ${(error as SyntaxError).message}`
        : `line ${strange.line}, column ${strange.column}: ${strange.token} is no number in JSON; write null for a missing window`;
    throw new CommandError(`${name} ${why}`, exitCodes.usage);
  }
}

const shownRatio = (ratio: number | null): string => (ratio === null ? "unbounded" : `${(ratio * 100).toFixed(2)} %`);
const shownNumber = (value: number | null): string => (value === null ? "unbounded" : value.toPrecision(4));

function table(analysis: PanelAnalysis): string {
  const { decision, blocks, theta, standardError, lower, upper, reduction, reasons } = analysis;
  return renderFacts([
    ["decision", decision.toUpperCase()],
    ["reduction", reduction.estimate === null ? "not measured" : shownRatio(reduction.estimate)],
    ["interval", `${shownRatio(reduction.low)} to ${shownRatio(reduction.high)}`],
    [
      "log ratio",
      theta === null ? "not measured" : `${shownNumber(theta)}, ${shownNumber(lower)} to ${shownNumber(upper)}`,
    ],
    ["standard error", shownNumber(standardError)],
    ["blocks", String(blocks)],
    ...reasons.map((reason, index) => [index === 0 ? "reason" : "note", reason] as const),
  ]);
}

/**
 * Reads a panel, judges it, and prints the result. Whatever the decision, the
 * command succeeds: a rejection is an answer.
 * @throws CommandError or PhoenixError with exit code 2 when the file is no panel.
 */
export async function analyze({ input, output }: AnalyzeOptions, terminal: Terminal): Promise<void> {
  const format = parseOutputFormat(output);
  // Some editors put a byte order mark first, which JSON does not have.
  const text = (await textOf(input)).replace(/^\uFEFF/, "");
  const { analyzePanel, panelInput } = await import("@phoenix/analytics/verdict");
  const analysis = analyzePanel(panelInput(parse(text, input === "-" ? "standard input" : input)));
  if (format === "table") terminal.out.write(`${table(analysis)}\n`);
  else printValue(terminal, format, analysis);
}
