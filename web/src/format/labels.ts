/** The labels a person wrote; undefined where they cannot be read. */
export function readLabels(text: string): Record<string, string> | undefined {
  const parts = text
    .split(/[,\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== "");
  const pairs = parts.map((part) => part.split("=").map((side) => side.trim()));
  if (pairs.some(([name, value, more]) => !name || value === undefined || more !== undefined)) return undefined;
  return Object.fromEntries(pairs.map(([name = "", value = ""]) => [name, value]));
}
