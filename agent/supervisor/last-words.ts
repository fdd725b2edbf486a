import type { Exit } from "../launcher/index.ts";

const logLine = /^\d{4}-\d{2}-\d{2}T\S+\s+(\w+)\s+/;
const plainEnd = /^(Error:|panic:|fatal error:)/;
const mostCharacters = 2_000;
const mostLines = 12;

/**
 * Condenses the end of a collector's log to what explains its end: the lines that are no log lines
 * (a collector that gives up prints its reason plainly), else its errors, else its last lines.
 */
export function lastWords(log: string): string {
  const lines = log
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "");
  const start = lines.findIndex((line) => plainEnd.test(line));
  const plain = start < 0 ? [] : lines.slice(start).filter((line) => !logLine.test(line));
  const errors = lines.filter((line) => /^(error|fatal|panic|dpanic)$/i.test(logLine.exec(line)?.[1] ?? ""));
  const chosen = plain.length > 0 ? plain.slice(0, mostLines) : (errors.length > 0 ? errors : lines).slice(-3);
  const words = chosen.filter((line, index) => chosen.indexOf(line) === index).join("\n");
  return words.length > mostCharacters ? `${words.slice(0, mostCharacters)}…` : words;
}

/** Says in one sentence how a process ended. */
export function describeExit(exit: Exit): string {
  if (exit.signal !== null) return `The collector was ended by ${exit.signal}.`;
  if (exit.code !== null) return `The collector ended with exit code ${exit.code}.`;
  return "The collector ended; an earlier agent had started it, so its exit code is not known.";
}
