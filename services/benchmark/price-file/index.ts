/**
 * A price book as a person writes it: YAML in, a book out, and back. Pure. What
 * is wrong is said with line and column, all of it at once; a missing field is
 * said at the mapping that lacks it. The layout is in docs/price-books.md.
 *
 * read-price-file: the fields · mapping-reader: nodes to values, with places ·
 * read-tiers: contracts in tiers · write-price-file: the way back.
 */
export { readPriceFile } from "./read-price-file.ts";
export { writePriceFile } from "./write-price-file.ts";
