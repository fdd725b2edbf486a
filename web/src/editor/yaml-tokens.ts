import { type CST, Parser } from "yaml";

/** What a stretch of YAML is, for its colour. */
export type TokenKind = "key" | "text" | "number" | "constant" | "comment" | "sign" | "reference" | "name";

/** A stretch of YAML, offsets in UTF-16 units. */
export type YamlToken = { readonly from: number; readonly to: number; readonly kind: TokenKind };

/** Longer texts are shown in one colour: they would be read anew with every key. */
const longest = 300_000;
const number = /^[-+]?(?:0x[0-9a-fA-F]+|0o[0-7]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|\.inf|\.nan)$/;
const constant = /^(?:true|false|null|~)$/i;
const reference = /\$\{[^}]*\}/g;

const signKinds: Partial<Record<string, TokenKind>> = {
  comment: "comment",
  anchor: "name",
  tag: "name",
  "block-scalar-header": "sign",
  "doc-start": "sign",
  "doc-end": "sign",
  "map-value-ind": "sign",
  "explicit-key-ind": "sign",
  "seq-item-ind": "sign",
  comma: "sign",
  "flow-map-start": "sign",
  "flow-map-end": "sign",
  "flow-seq-start": "sign",
  "flow-seq-end": "sign",
};

/** The tokens of a text, in order and without overlaps; a text that is broken gives those of what can be read. */
export function yamlTokens(text: string): YamlToken[] {
  if (text.length > longest) return [];
  const tokens: YamlToken[] = [];
  const add = (from: number, length: number, kind: TokenKind): void => {
    if (length > 0) tokens.push({ from, to: from + length, kind });
  };
  const scalar = (token: CST.FlowScalar | CST.BlockScalar, isKey: boolean): void => {
    const { source, offset } = token;
    if (token.type === "block-scalar") for (const prop of token.props) sign(prop);
    const kind = isKey ? "key" : kindOf(token.type, source);
    const start = token.type === "block-scalar" ? text.indexOf(source, lastOf(token.props, offset)) : offset;
    let from = start;
    for (const match of source.matchAll(reference)) {
      add(from, start + match.index - from, kind);
      add(start + match.index, match[0].length, "reference");
      from = start + match.index + match[0].length;
    }
    add(from, start + source.length - from, kind);
  };
  const sign = (token: CST.Token | CST.SourceToken): void => {
    const kind = signKinds[token.type];
    if (kind && "source" in token) add(token.offset, token.source.length, kind);
  };
  const walk = (token: CST.Token | null | undefined, isKey = false): void => {
    if (!token) return;
    if ("items" in token) {
      if (token.type === "flow-collection") sign(token.start);
      for (const { start, key, sep, value } of token.items) {
        for (const each of start) sign(each);
        walk(key, true);
        for (const each of sep ?? []) sign(each);
        walk(value);
      }
      for (const each of "end" in token ? (token.end ?? []) : []) sign(each);
      return;
    }
    if (token.type === "document") {
      for (const each of token.start) sign(each);
      walk(token.value);
      for (const each of token.end ?? []) sign(each);
      return;
    }
    if (isScalarToken(token)) {
      scalar(token, isKey);
      if ("end" in token) for (const each of token.end ?? []) sign(each);
      return;
    }
    sign(token);
  };
  for (const token of new Parser().parse(text)) walk(token);
  return inOrder(tokens);
}

function isScalarToken(token: CST.Token): token is CST.FlowScalar | CST.BlockScalar {
  return ["alias", "scalar", "single-quoted-scalar", "double-quoted-scalar", "block-scalar"].includes(token.type);
}

function kindOf(type: string, source: string): TokenKind {
  if (type === "alias") return "name";
  if (type !== "scalar") return "text";
  return number.test(source) ? "number" : constant.test(source) ? "constant" : "text";
}

function lastOf(props: readonly CST.Token[], offset: number): number {
  const last = props.at(-1);
  return last && "source" in last ? last.offset + last.source.length : offset;
}

function inOrder(tokens: YamlToken[]): YamlToken[] {
  const sorted = tokens.toSorted((a, b) => a.from - b.from);
  let end = 0;
  return sorted.filter(({ from, to }) => {
    if (from < end) return false;
    end = to;
    return true;
  });
}
