import { isAlias, isMap, LineCounter, parseDocument, visit } from "yaml";
import { type PriceBook, rules } from "../cost/index.ts";
import { createMappingReader, type Fault, type MappingReader } from "./mapping-reader.ts";
import { readTiers, tierFields } from "./read-tiers.ts";

const common = ["name", "title", "unit", "currency", "as_of", "source", "trust", "rule"];
const trusts = ["vendor", "secondary", "contract"] as const;

/** Reads a price book from YAML: the book, or everything that is wrong with it, in order of place. */
export function readPriceFile(yaml: string): { book: PriceBook } | { faults: Fault[] } {
  const lines = new LineCounter();
  const document = parseDocument(yaml, { lineCounter: lines, prettyErrors: false });
  const faults: Fault[] = document.errors.map(({ pos, message }) => faultAt(lines, pos[0], message));
  if (faults.length > 0) return { faults };
  visit(document, (_key, node) => {
    if (isAlias(node))
      faults.push(faultAt(lines, node.range?.[0] ?? 0, "aliases are not read here; write the value out"));
  });
  if (faults.length > 0) return { faults };
  if (!isMap(document.contents)) {
    return { faults: [faultAt(lines, 0, "a price book is a mapping: name, title, unit and so on")] };
  }
  const book = readBook(createMappingReader(document.contents, "the price book", lines, faults));
  if (faults.length === 0 && book !== undefined) return { book };
  return { faults: faults.sort((a, b) => a.line - b.line || a.column - b.column) };
}

function faultAt(lines: LineCounter, offset: number, message: string): Fault {
  // Of an empty text no line was counted.
  const { line, col } = offset === 0 ? { line: 1, col: 1 } : lines.linePos(offset);
  return { line, column: col, message };
}

function readBook(file: MappingReader): PriceBook | undefined {
  const name = matching(
    file,
    "name",
    /^[a-z0-9][a-z0-9-]{0,62}$/,
    "lower-case letters, digits and hyphens, at most 63",
  );
  const title = file.text("title");
  const unit = file.text("unit");
  const currency = matching(file, "currency", /^[A-Z]{3}$/, "an ISO 4217 code of three capitals, such as USD");
  const asOf = dayOf(file);
  const source = file.text("source");
  const trust = file.word("trust", trusts);
  const rule = file.word("rule", [...rules.keys(), "tiers"]);
  if (rule !== undefined) file.only([...common, ...(rule === "tiers" ? tierFields : ["prices"])]);
  const terms = rule === undefined ? undefined : rule === "tiers" ? readTiers(file) : readPrices(file, rule);
  if (name === undefined || title === undefined || unit === undefined || currency === undefined) return undefined;
  if (asOf === undefined || source === undefined || trust === undefined) return undefined;
  if (rule === undefined || terms === undefined) return undefined;
  return { name, title, unit, currency, asOf, source, trust, rule, ...terms } as PriceBook;
}

function matching(file: MappingReader, key: string, pattern: RegExp, words: string): string | undefined {
  const value = file.text(key);
  if (value === undefined || pattern.test(value)) return value;
  file.fault(key, `"${key}" must be ${words}`);
  return undefined;
}

function dayOf(file: MappingReader): string | undefined {
  const day = file.text("as_of");
  if (day === undefined) return undefined;
  const ms = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  // "2026-02-30" is taken for the second of March.
  if (!Number.isNaN(ms) && new Date(ms).toISOString().startsWith(day)) return day;
  file.fault("as_of", `"as_of" must be a day such as 2026-11-20`);
  return undefined;
}

function readPrices(file: MappingReader, ruleName: string): { prices: Record<string, number> } | undefined {
  const prices = file.mapping("prices");
  if (prices === undefined) return undefined;
  const names = Object.keys(rules.get(ruleName)?.prices ?? {});
  prices.only(names);
  const found: Record<string, number> = {};
  for (const name of names) {
    const amount = prices.amount(name);
    if (amount === undefined) continue;
    found[name] = amount;
    if (amount === 0 && ruleName === "grafana" && name === "included_points_per_minute") {
      prices.fault(name, `"${name}" must be above zero`);
    }
  }
  return { prices: found };
}
