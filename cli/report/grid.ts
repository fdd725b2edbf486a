import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { formatTime } from "../output/quantities.ts";
import { renderTable } from "../output/table.ts";

/** A cell: text, a time, or a figure with what goes with it, its interval for instance. */
export type Cell = string | { time: Timestamp | undefined } | { figure: string; detail: string };

/** A column's heading; figures are set to the right. */
export type Column = { title: string; figures: boolean };

/** A table for a terminal or a page. */
export type Grid = { columns: Column[]; rows: Cell[][] };

/** A column of words. */
export function words(title: string): Column {
  return { title, figures: false };
}

/** A column of figures. */
export function figures(title: string): Column {
  return { title, figures: true };
}

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
