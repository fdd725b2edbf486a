/** The name among these that is most like a text; undefined when none is like it. */
export function nearestName(text: string, names: readonly string[]): string | undefined {
  const plain = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  const scored = names.map((name) => ({ name, distance: distanceBetween(plain(text), plain(name)) }));
  const best = scored.toSorted((a, b) => a.distance - b.distance)[0];
  return best && best.distance <= Math.max(2, Math.floor(text.length / 3)) ? best.name : undefined;
}

/** Levenshtein's distance: how many characters must be added, taken away or changed. */
function distanceBetween(a: string, b: string): number {
  // Names are short; a longer text is none.
  if (a.length > 100 || b.length > 100) return Number.POSITIVE_INFINITY;
  let previous = Array.from({ length: b.length + 1 }, (_each, index) => index);
  for (const [row, letter] of [...a].entries()) {
    const current = [row + 1];
    for (const [column, other] of [...b].entries()) {
      const changed = (previous[column] ?? 0) + (letter === other ? 0 : 1);
      current.push(Math.min(changed, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
