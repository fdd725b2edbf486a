/** Labels in one line: "env=prod, team=web". */
export function formatLabels(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join(", ");
}

/** Reads labels from one line; what is wrong with it instead, in a sentence. */
export function parseLabels(text: string): { labels: Record<string, string> } | { problem: string } {
  const labels: Record<string, string> = {};
  for (const part of text.split(",").map((each) => each.trim())) {
    if (part === "") continue;
    const at = part.indexOf("=");
    const name = part.slice(0, at).trim();
    if (at < 0 || name === "") return { problem: `"${part}" is no label: write name=value, with commas between.` };
    if (name in labels) return { problem: `${name} is there twice.` };
    labels[name] = part.slice(at + 1).trim();
  }
  return { labels };
}
