const mostNames = 20;

/** Writes names one after the other, "none" for none; very many are counted rather than written. */
export function nameList(names: readonly string[]): string {
  if (names.length === 0) return "none";
  const more = names.length > mostNames ? ` and ${names.length - mostNames} more` : "";
  return names.slice(0, mostNames).join(", ") + more;
}
