import { ErrorReason, isPhoenixError, type PhoenixError, phoenixError } from "@phoenix/platform/errors";
import { limitConcurrency } from "./limit-concurrency.ts";
import { type QuerySeries, readQueryAnswer } from "./query-answer.ts";
import { readBody } from "./read-body.ts";
import type { PrometheusServer } from "./settings.ts";

/** Asks a Prometheus-compatible server. Every call throws SERVICE_UNAVAILABLE with what went wrong. */
export interface PrometheusClient {
  /** The value of a query at one moment, in milliseconds since the Unix epoch. */
  query(promql: string, atMs: number, signal: AbortSignal): Promise<QuerySeries[]>;
  /** The values of a query from one moment to another, both included, `stepMs` apart. */
  queryRange(
    promql: string,
    range: { startMs: number; endMs: number; stepMs: number },
    signal: AbortSignal,
  ): Promise<QuerySeries[]>;
}

/** Bounds of what is asked. */
export interface PrometheusLimits {
  /** How long one query may take. */
  readonly timeoutMs: number;
  /** Size of one answer. */
  readonly answerBytes: number;
  /** Queries at a time. */
  readonly concurrency: number;
}

const defaultLimits: PrometheusLimits = { timeoutMs: 8_000, answerBytes: 4 * 1024 * 1024, concurrency: 4 };

/** Makes a client of a server. It follows no redirect, and its errors carry neither credential nor query. */
export function createPrometheusClient(
  { baseUrl, authorization }: PrometheusServer,
  limits: PrometheusLimits = defaultLimits,
): PrometheusClient {
  const limited = limitConcurrency(limits.concurrency);
  // The path may name a tenant, which is nobody's business who reads an error.
  const { origin } = new URL(baseUrl);
  const failed = (words: string, cause?: unknown): PhoenixError =>
    phoenixError(ErrorReason.SERVICE_UNAVAILABLE, `Prometheus at ${origin} ${words}`, { cause });

  async function send(path: string, fields: Record<string, string>, signal: AbortSignal): Promise<QuerySeries[]> {
    signal.throwIfAborted();
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(limits.timeoutMs)]);
    const response = await fetch(`${baseUrl}/api/v1/${path}`, {
      method: "POST",
      redirect: "manual",
      signal: deadline,
      headers: authorization === undefined ? {} : { authorization },
      // The server gives up as well, instead of working for nobody.
      body: new URLSearchParams({ ...fields, timeout: `${limits.timeoutMs}ms` }),
    });
    const text = await readBody(response, limits.answerBytes);
    if (text === undefined) throw failed(`answers with more than ${limits.answerBytes} bytes.`);
    const { status } = response;
    if (status >= 300 && status < 400) throw failed("redirects, which is not followed: give the address it leads to.");
    if (status === 401 || status === 403) throw failed(`refuses the credentials (HTTP ${status}).`);
    const answer = readQueryAnswer(text);
    if (answer.ok && response.ok) return answer.series;
    throw failed(`answers HTTP ${status}${answer.ok ? "" : `: ${answer.words}`}.`);
  }

  const ask = (path: string, fields: Record<string, string>, signal: AbortSignal): Promise<QuerySeries[]> =>
    limited(() =>
      send(path, fields, signal).catch((error: unknown) => {
        throw isPhoenixError(error) ? error : failed(describe(error, limits.timeoutMs), error);
      }),
    );

  return {
    query: (query, atMs, signal) => ask("query", { query, time: seconds(atMs) }, signal),
    queryRange: (query, { startMs, endMs, stepMs }, signal) =>
      ask("query_range", { query, start: seconds(startMs), end: seconds(endMs), step: seconds(stepMs) }, signal),
  };
}

function seconds(ms: number): string {
  return String(ms / 1000);
}

function describe(error: unknown, timeoutMs: number): string {
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return `did not answer within ${timeoutMs / 1000} s.`;
  }
  // fetch wraps what the socket said.
  const cause = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
  return `cannot be reached (${cause?.code ?? (error instanceof Error ? error.name : "no reason given")}).`;
}
