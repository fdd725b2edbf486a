const logLine = /^\d{4}-\d{2}-\d{2}T\S+\s+(debug|info|warn|error)\b/i;
const usageLine = /^(usage:|flags:|\s+-)/i;

/**
 * Keeps the meaningful lines of what a collector says about a configuration it refuses:
 * no log lines, no usage text, no repetition, at most twelve lines and 2,000 characters.
 */
export function condenseWords(output: string): string {
  const kept: string[] = [];
  for (const raw of output.split("\n")) {
    if (logLine.test(raw) || usageLine.test(raw)) continue;
    const line = raw.trim().replace(/^Error:\s*/, "");
    if (line !== "" && !kept.includes(line)) kept.push(line);
  }
  const shown = kept.slice(0, 12);
  if (kept.length > shown.length) shown.push(`(and ${kept.length - shown.length} more lines)`);
  const words = shown.join("\n");
  return words.length > 2_000 ? `${words.slice(0, 2_000)}…` : words;
}
