import { Button } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, type MouseEvent, type ReactNode, useRef } from "react";
import classes from "./components.module.css";

/** A column of a table. */
export type Column<Row> = {
  key: string;
  title: ReactNode;
  /** Numbers stand at the end. */
  align?: "start" | "end";
  cell: (row: Row) => ReactNode;
};

/** Paging by the server's tokens: `onNext` asks for the page after, `onBack` for the one before. */
export type Paging = {
  page: number;
  onNext?: (() => void) | undefined;
  onBack?: (() => void) | undefined;
};

/**
 * A table of what the server lists. Rows that lead somewhere are opened by
 * click or Enter, and the arrow keys go from row to row.
 */
export function DataTable<Row>({
  label,
  columns,
  rows,
  rowKey,
  rowHref,
  paging,
}: {
  /** What it lists, for screen readers. */
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** Where a row leads; its first cell should hold the link as well. */
  rowHref?: (row: Row) => string;
  paging?: Paging;
}) {
  const navigate = useNavigate();
  const body = useRef<HTMLTableSectionElement>(null);
  const move = (event: KeyboardEvent): void => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const links = [...(body.current?.querySelectorAll<HTMLElement>("tr > :first-child a[href]") ?? [])];
    const here = links.indexOf(document.activeElement as HTMLElement);
    if (here < 0) return;
    event.preventDefault();
    links[here + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
  };
  const open = (event: MouseEvent, row: Row): void => {
    // What is pressed or marked inside a row is meant for itself.
    if (rowHref === undefined || (event.target as HTMLElement).closest("a, button, input, label")) return;
    if (window.getSelection()?.toString()) return;
    void navigate({ to: rowHref(row) });
  };
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className={classes.tableFrame} tabIndex={0} aria-label={label}>
        <table className={classes.table}>
          <thead>
            <tr>
              {columns.map(({ key, title, align }) => (
                <th key={key} scope="col" data-align={align}>
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody ref={body} onKeyDown={move}>
            {rows.map((row) => (
              <tr
                key={rowKey(row)}
                className={classes.row}
                data-linked={rowHref !== undefined}
                onClick={(event) => open(event, row)}
              >
                {columns.map(({ key, align, cell }) => (
                  <td key={key} data-align={align}>
                    {cell(row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {paging !== undefined && (paging.onBack !== undefined || paging.onNext !== undefined) && (
        <nav className={classes.pager} aria-label={`Pages of ${label}`}>
          <Button size="xs" variant="default" disabled={paging.onBack === undefined} onClick={paging.onBack}>
            Back
          </Button>
          <span>Page {paging.page}</span>
          <Button size="xs" variant="default" disabled={paging.onNext === undefined} onClick={paging.onNext}>
            Next
          </Button>
        </nav>
      )}
    </>
  );
}
