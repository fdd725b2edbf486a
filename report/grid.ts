import type { Timestamp } from "@bufbuild/protobuf/wkt";

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
