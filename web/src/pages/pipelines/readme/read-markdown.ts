/**
 * As much of Markdown as READMEs of pipelines use: headings, paragraphs, lists, tables, code, and in a line code,
 * bold, italics and links. HTML is text like any other.
 */

/** A part of a line. */
export type Inline =
  | { readonly kind: "text" | "code"; readonly text: string }
  | { readonly kind: "strong" | "emphasis"; readonly parts: readonly Inline[] }
  | { readonly kind: "link"; readonly href: string; readonly parts: readonly Inline[] };

/** A part of a page. */
export type Block =
  | { readonly kind: "heading"; readonly level: number; readonly parts: readonly Inline[] }
  | { readonly kind: "paragraph"; readonly parts: readonly Inline[] }
  | { readonly kind: "list"; readonly ordered: boolean; readonly items: readonly (readonly Inline[])[] }
  | {
      readonly kind: "table";
      readonly head: readonly (readonly Inline[])[];
      readonly rows: readonly (readonly (readonly Inline[])[])[];
    }
  | { readonly kind: "code"; readonly text: string };

const item = /^\s*(?:[-*+]|\d+[.)])\s+(.*)$/;

/** Reads a page. */
export function readMarkdown(text: string): Block[] {
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  const blocks: Block[] = [];
  let at = 0;
  const take = (fits: (line: string) => boolean): string[] => {
    const taken: string[] = [];
    for (let line = lines[at]; line !== undefined && fits(line); line = lines[at]) {
      taken.push(line);
      at += 1;
    }
    return taken;
  };
  while (at < lines.length) {
    const line = lines[at] ?? "";
    const heading = /^(#{1,6})\s+(.*?)\s*#*$/.exec(line);
    if (line.trim() === "") at += 1;
    else if (heading) {
      blocks.push({ kind: "heading", level: heading[1]?.length ?? 1, parts: readInline(heading[2] ?? "") });
      at += 1;
    } else if (/^\s*```/.test(line)) {
      at += 1;
      blocks.push({ kind: "code", text: take((each) => !/^\s*```/.test(each)).join("\n") });
      at += 1;
    } else if (line.startsWith("|") && /^\|[\s|:-]+\|\s*$/.test(lines[at + 1] ?? "")) {
      const [head = "", , ...rows] = take((each) => each.startsWith("|"));
      blocks.push({ kind: "table", head: cells(head), rows: rows.map(cells) });
    } else if (item.test(line)) {
      const taken = take((each) => item.test(each) || /^\s+\S/.test(each));
      const items: string[] = [];
      for (const each of taken) {
        const [, begun] = item.exec(each) ?? [];
        if (begun === undefined) items.push(`${items.pop() ?? ""} ${each.trim()}`);
        else items.push(begun);
      }
      blocks.push({ kind: "list", ordered: /^\s*\d/.test(line), items: items.map(readInline) });
    } else {
      at += 1;
      const more = take((each) => each.trim() !== "" && !/^(?:#{1,6}\s|\s*```|\|)/.test(each) && !item.test(each));
      blocks.push({ kind: "paragraph", parts: readInline([line, ...more].join(" ")) });
    }
  }
  return blocks;
}

function cells(row: string): (readonly Inline[])[] {
  return row
    .trim()
    .replace(/^\||\|$/g, "")
    .split(/(?<!\\)\|/)
    .map((cell) => readInline(cell.trim().replaceAll("\\|", "|")));
}

const inline = /`([^`]+)`|\*\*(.+?)\*\*|(?<![\w*])[*_](?!\s)([^*_]+?)[*_](?!\w)|\[([^\]]+)\]\(([^)\s]+)\)/;

/** Reads a line. */
export function readInline(text: string): Inline[] {
  const parts: Inline[] = [];
  let rest = text;
  for (let match = inline.exec(rest); match; match = inline.exec(rest)) {
    if (match.index > 0) parts.push({ kind: "text", text: rest.slice(0, match.index) });
    const [whole, code, strong, emphasis, label, href] = match;
    if (code !== undefined) parts.push({ kind: "code", text: code });
    else if (strong !== undefined) parts.push({ kind: "strong", parts: readInline(strong) });
    else if (emphasis !== undefined) parts.push({ kind: "emphasis", parts: readInline(emphasis) });
    else if (label !== undefined && href !== undefined)
      // Only addresses of the web lead somewhere; what else is in a link stays words.
      parts.push(
        /^https?:\/\//.test(href) ? { kind: "link", href, parts: readInline(label) } : { kind: "text", text: label },
      );
    rest = rest.slice(match.index + whole.length);
  }
  if (rest !== "") parts.push({ kind: "text", text: rest });
  return parts;
}
