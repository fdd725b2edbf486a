/** A word of OTTL: a path or name, a text in quotes with its escapes undone, a number, or a sign. */
export type Token = { kind: "word" | "text" | "number" | "sign"; value: string };

const pattern =
  /\s*(?:(?<text>"(?:[^"\\]|\\.)*")|(?<number>-?\d+(?:\.\d+)?)|(?<word>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*(?:\["[^"]*"\])?)|(?<sign>==|!=|>=|<=|[<>()[\],=]))/y;

/** Splits a statement of the OpenTelemetry Transformation Language into words; undefined for what is none of them. */
export function readTokens(statement: string): Token[] | undefined {
  const tokens: Token[] = [];
  const text = statement.trim();
  pattern.lastIndex = 0;
  while (pattern.lastIndex < text.length) {
    const groups = pattern.exec(text)?.groups;
    if (groups === undefined) return undefined;
    const kind = (["text", "number", "word", "sign"] as const).find((one) => groups[one] !== undefined)!;
    const value = groups[kind]!;
    tokens.push({ kind, value: kind === "text" ? value.slice(1, -1).replace(/\\(.)/g, "$1") : value });
  }
  return tokens;
}
