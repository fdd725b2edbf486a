/** One element of an answer: its labels and its samples, times in milliseconds since the Unix epoch. */
export interface QuerySeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: readonly { readonly atMs: number; readonly value: number }[];
}

/** What an answer says: elements, or why there are none. */
export type QueryAnswer = { ok: true; series: QuerySeries[] } | { ok: false; words: string };

const longestWords = 200;

/**
 * Reads an answer of the HTTP API (https://prometheus.io/docs/prometheus/latest/querying/api/):
 * a vector of an instant query, a matrix of a range query. Never throws.
 */
export function readQueryAnswer(text: string): QueryAnswer {
  const answer = record(parse(text));
  if (answer?.status === "error") return failure(String(answer.error ?? "an error without a message"));
  const data = record(answer?.data);
  if (answer?.status !== "success" || !Array.isArray(data?.result))
    return failure("this is no answer of Prometheus' API");
  const series: QuerySeries[] = [];
  for (const item of data.result) {
    const { metric, value, values } = record(item) ?? {};
    const samples = (Array.isArray(values) ? values : [value]).map(readSample);
    const labels = Object.entries(record(metric) ?? {}).filter(
      (entry): entry is [string, string] => typeof entry[1] === "string",
    );
    if (!samples.every((sample) => sample !== undefined))
      return failure("a sample of the answer is not a time and a number");
    series.push({ labels: Object.fromEntries(labels), samples });
  }
  return { ok: true, series };
}

function readSample(sample: unknown): QuerySeries["samples"][number] | undefined {
  if (!Array.isArray(sample)) return undefined;
  const [at, value] = sample as unknown[];
  const number = typeof value === "string" && value !== "" ? Number(value) : Number.NaN;
  return typeof at === "number" && Number.isFinite(number) ? { atMs: Math.round(at * 1000), value: number } : undefined;
}

function failure(words: string): QueryAnswer {
  // Whoever reads it may have a terminal.
  const printable = words.replace(/[^\x20-\x7e]+/g, " ").trim();
  return { ok: false, words: printable.length > longestWords ? `${printable.slice(0, longestWords)}...` : printable };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function record(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}
