/**
 * The report's charts: inline SVG without script or style attributes, each drawn
 * for a wide and for a narrow page so that its text stays readable on both, with
 * a title and a description for screen readers. Colours are classes of the
 * report's style; arms have the same colour everywhere.
 */

import { type Content, type Markup, markup } from "../markup.ts";
import { visibleText } from "../visible-text.ts";

/** What a chart draws at a width: its height, and elements of SVG. */
export type Drawing = { height: number; content: Content };

/** A chart in words and as a function of its width, in pixels. */
export type Figure = {
  title: string;
  /** What the picture shows, for those who do not see it. */
  description: string;
  /** Arms by their order, for the legend; none where the picture names them. */
  legend?: readonly string[];
  caption?: Content;
  draw: (width: number) => Drawing;
  /** One of two beside each other on a wide page. */
  half?: boolean;
};

/** A chart for the page. */
export function figure({ title, description, legend, caption, draw, half }: Figure): Markup {
  const svg = (kind: string, width: number): Markup => {
    const { height, content } = draw(width);
    return markup`<svg class="${kind}" viewBox="0 0 ${width} ${height}" role="img"><title>${title}</title><desc>${description}</desc>${content}</svg>`;
  };
  return markup`<figure>
<figcaption><strong>${title}</strong>${caption === undefined ? "" : markup` <span class="soft">${caption}</span>`}</figcaption>
${legend === undefined ? "" : legendOf(legend)}
${svg("wide", half ? 450 : 920)}${svg("narrow", 350)}
</figure>`;
}

function legendOf(arms: readonly string[]): Markup {
  const entries = arms.map(
    (arm, index) => markup`<span class="key"><span class="swatch ${armClass(index)}"></span>${arm}</span> `,
  );
  return markup`<p class="legend">${entries}</p>`;
}

/** The class of an arm's colour; 0 is the baseline. */
export function armClass(index: number): string {
  return `arm-${Math.max(0, index) % 5}`;
}

/** A place in a picture to a tenth of a pixel: more cannot be seen and is many bytes. */
export function pixel(at: number): number {
  return Math.round(at * 10) / 10;
}

/** A horizontal line of the grid with its label to the left. */
export function gridLine(y: number, label: string, { left, right }: { left: number; right: number }): Markup {
  return markup`<line class="grid" x1="${left}" x2="${right}" y1="${y}" y2="${y}"/><text x="${left - 6}" y="${y + 4}" text-anchor="end">${label}</text>`;
}

/** A label under the picture. */
export function axisLabel(x: number, y: number, label: string): Markup {
  return markup`<text x="${x}" y="${y}" text-anchor="middle">${label}</text>`;
}

/** Text cut to so many pixels of the charts' font; the whole of it is its tooltip. */
export function fittedText(x: number, y: number, text: string, pixels: number): Markup {
  const shown = [...visibleText(text)];
  const most = Math.max(4, Math.floor(pixels / 7));
  if (shown.length <= most) return markup`<text class="name" x="${x}" y="${y}">${text}</text>`;
  return markup`<text class="name" x="${x}" y="${y}"><title>${text}</title>${shown.slice(0, most - 1).join("")}…</text>`;
}

/** Times along an axis, in UTC; seconds or days only where they matter. */
export function timeLabel(atMs: number, spanMs: number): string {
  const iso = new Date(atMs).toISOString();
  if (spanMs < 10 * 60_000) return iso.slice(11, 19);
  return spanMs < 2 * 86_400_000 ? iso.slice(11, 16) : `${iso.slice(5, 10)} ${iso.slice(11, 16)}`;
}
