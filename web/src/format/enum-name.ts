/** The name of a value of a generated enum: "PHASE_CHANGED"; "UNKNOWN" for one of a newer server. */
export function enumName(values: Readonly<Record<string, number>>, value: number): string {
  return Object.entries(values).find(([, known]) => known === value)?.[0] ?? "UNKNOWN";
}

/** The same as words: "Phase changed". */
export function enumWords(values: Readonly<Record<string, number>>, value: number): string {
  const words = enumName(values, value).toLowerCase().replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
