import { visibleText } from "./visible-text.ts";

/** What may stand in a `markup` template; nothing comes of undefined. */
export type Content = Markup | string | number | undefined | readonly Content[];

/** HTML or SVG that is safe to put into a page: only `markup` makes it. */
export class Markup {
  readonly #text: string;
  constructor(parts: TemplateStringsArray, contents: readonly Content[]) {
    this.#text = parts.map((part, index) => part + render(contents[index])).join("");
  }
  toString(): string {
    return this.#text;
  }
}

/**
 * HTML or SVG from a template. Whatever is put in is escaped for elements and
 * for quoted attributes, unless `markup` made it itself; numbers get one decimal.
 */
export function markup(parts: TemplateStringsArray, ...contents: Content[]): Markup {
  return new Markup(parts, contents);
}

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Text made safe for HTML, in elements and in quoted attributes, with nothing in it that acts unseen. */
export function escapeHtml(text: string): string {
  return visibleText(text).replaceAll(/[&<>"']/g, (character) => entities[character] ?? "");
}

function render(content: Content): string {
  if (content === undefined) return "";
  if (typeof content === "string") return escapeHtml(content);
  if (typeof content === "number") return String(Math.round(content * 10) / 10);
  if (content instanceof Markup) return content.toString();
  return content.map(render).join("");
}
