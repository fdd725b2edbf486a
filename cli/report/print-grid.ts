import type { Cell, Grid } from "@phoenix/report";
import { formatTime } from "@phoenix/report/quantities";
import { renderTable } from "../output/table.ts";

/** A grid for a terminal; times are in the user's zone, as everywhere in a terminal. */
export function printGrid({ columns, rows }: Grid, empty: string): string {
  return renderTable(
    columns.map(({ title }) => title),
    rows.map((row) => row.map(printCell)),
    empty,
  );
}

function printCell(cell: Cell): string {
  if (typeof cell === "string") return cell;
  if ("time" in cell) return formatTime(cell.time);
  return cell.detail === "" ? cell.figure : `${cell.figure} (${cell.detail})`;
}
