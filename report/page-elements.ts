import { type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";
import type { Cell, Grid } from "./grid.ts";
import { type Content, type Markup, markup } from "./markup.ts";

/** A time in UTC to the second, with the ISO form as its title; nothing when unset. */
export function timeElement(time: Timestamp | undefined): Content {
  if (time === undefined) return undefined;
  const iso = timestampDate(time).toISOString();
  return markup`<time datetime="${iso}" title="${iso}">${iso.slice(0, 19).replace("T", " ")} UTC</time>`;
}

/** A grid as a table that scrolls by itself on a narrow page; nothing where it has no rows. */
export function gridTable({ columns, rows }: Grid, caption: string): Content {
  if (rows.length === 0) return undefined;
  const head = columns.map(
    ({ title, figures }) => markup`<th scope="col"${figures ? markup` class="figures"` : ""}>${title}</th>`,
  );
  const body = rows.map(
    (row) => markup`<tr>${row.map((cell, index) => cellOf(cell, index, columns[index]?.figures === true))}</tr>\n`,
  );
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table><thead><tr>${head}</tr></thead><tbody>\n${body}</tbody></table></div>`;
}

/** Cells up to this many characters stay on one line: a date or "candidate-2" is not broken at its hyphen. */
const shortCell = 12;

function cellOf(cell: Cell, index: number, figures: boolean): Markup {
  const content = contentOf(cell);
  const short = typeof cell === "string" && cell.length <= shortCell;
  const className = figures ? markup` class="figures"` : short ? markup` class="short"` : "";
  return index === 0 ? markup`<th scope="row"${className}>${content}</th>` : markup`<td${className}>${content}</td>`;
}

function contentOf(cell: Cell): Content {
  if (typeof cell === "string") return unbroken(cell);
  if ("time" in cell) return timeElement(cell.time);
  const figure = unbroken(cell.figure);
  return cell.detail === "" ? figure : markup`${figure} <span class="detail">${unbroken(cell.detail)}</span>`;
}

/** Text in which a number and its unit stay on one line. */
export function unbroken(text: string): string {
  return text.replaceAll(/(\d) (?=%|[smh]\b|[KMGT]?i?B\b)|([mh]) (?=\d\d [sm]\b)/g, "$1$2\u00a0");
}

/** A list of short sentences; nothing where there are none. */
export function bullets(sentences: readonly Content[]): Content {
  return sentences.length === 0
    ? undefined
    : markup`<ul>${sentences.map((sentence) => markup`<li>${sentence}</li>`)}</ul>`;
}

/** A section with its heading; nothing where it has no content. */
export function section(title: string, ...contents: Content[]): Content {
  const shown = contents.filter((content) => content !== undefined && (!Array.isArray(content) || content.length > 0));
  return shown.length === 0 ? undefined : markup`<section><h2>${title}</h2>\n${shown}\n</section>\n`;
}
