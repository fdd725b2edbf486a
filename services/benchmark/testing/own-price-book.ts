/** The YAML of a book of our own that bills a million samples at this price. */
export function ownPriceBook(price = 0.08, name = "ours", currency = "USD"): string {
  return `# as agreed
name: ${name}
title: Our vendor
unit: Samples ingested.
currency: ${currency}
as_of: 2026-11-20
source: the contract
trust: contract
rule: tiers
counts: samples
per: 1000000
tiers:
  - { price: ${price} }
`;
}

/** What the book bills for a month of so many points every five seconds, at its usual price. */
export function monthOf(points: number): number {
  return ((points / 5) * 30 * 86_400 * 0.08) / 1e6;
}
