import { createElement, Fragment, type ReactNode } from "react";
import { type Block, type Inline, readMarkdown } from "./read-markdown.ts";
import classes from "./readme.module.css";

/** A README as a page; headings begin at `level`. */
export function Readme({ text, level = 3 }: { text: string; level?: number }) {
  return <div className={classes.readme}>{readMarkdown(text).map((block, key) => show(block, key, level))}</div>;
}

function show(block: Block, key: number, level: number): ReactNode {
  switch (block.kind) {
    case "heading":
      return createElement(`h${Math.min(block.level + level - 1, 6)}`, { key }, inline(block.parts));
    case "paragraph":
      return <p key={key}>{inline(block.parts)}</p>;
    case "code":
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <pre key={key} tabIndex={0}>
          {block.text}
        </pre>
      );
    case "list": {
      const items = block.items.map((item, index) => <li key={place(index)}>{inline(item)}</li>);
      return block.ordered ? <ol key={key}>{items}</ol> : <ul key={key}>{items}</ul>;
    }
    default:
      return <Table key={key} {...block} />;
  }
}

function Table({ head, rows }: Extract<Block, { kind: "table" }>) {
  const titled = head.some((cell) => cell.length > 0);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={classes.table} tabIndex={0} aria-label="Table">
      <table>
        {titled && (
          <thead>
            <tr>
              {head.map((cell, index) => (
                <th key={place(index)} scope="col">
                  {inline(cell)}
                </th>
              ))}
            </tr>
          </thead>
        )}
        <tbody>
          {rows.map((row, index) => (
            <tr key={place(index)}>
              {row.map((cell, column) =>
                column === 0 && !titled ? (
                  <th key={place(column)} scope="row">
                    {inline(cell)}
                  </th>
                ) : (
                  <td key={place(column)}>{inline(cell)}</td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function inline(parts: readonly Inline[]): ReactNode {
  return parts.map((part, index) => <Fragment key={place(index)}>{one(part)}</Fragment>);
}

function one(part: Inline): ReactNode {
  switch (part.kind) {
    case "text":
      return part.text;
    case "code":
      return <code>{part.text}</code>;
    case "strong":
      return <strong>{inline(part.parts)}</strong>;
    case "emphasis":
      return <em>{inline(part.parts)}</em>;
    default:
      return (
        <a href={part.href} target="_blank" rel="noreferrer noopener">
          {inline(part.parts)}
        </a>
      );
  }
}

/** Parts of a text have no other identity than their place in it. */
function place(index: number): string {
  return `at-${index}`;
}
