import { visibleText } from "@phoenix/report/visible-text";
import Table from "cli-table3";

const noBorders = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: "  ",
};

/** A table without lines, columns padded, cells as `visibleText`; `empty` is said where there are no rows. */
export function renderTable(head: string[], rows: string[][], empty: string): string {
  if (rows.length === 0) return empty;
  const table = new Table({
    head: head.map((cell) => visibleText(cell).toUpperCase()),
    chars: noBorders,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
  });
  for (const row of rows) table.push(row.map(visibleText));
  return trimLines(table.toString());
}

/** Lines "name  value" as `visibleText`, names padded to one width; pairs with an empty value are left out. */
export function renderFacts(facts: ReadonlyArray<readonly [name: string, value: string]>): string {
  const shown = facts.filter(([, value]) => value !== "").map((fact) => fact.map(visibleText) as [string, string]);
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join("\n");
}

function trimLines(text: string): string {
  return text
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}
