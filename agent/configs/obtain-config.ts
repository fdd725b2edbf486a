import { configDigest } from "./config-digest.ts";
import type { Refusal } from "./refusal.ts";

/** Largest configuration that is accepted. */
export const maxConfigBytes = 1024 * 1024;
const fetchWithinMs = 30_000;

/**
 * Fetches a configuration by digest and believes nothing: it has to be at most 1 MiB, to have exactly
 * this SHA-256, and to be UTF-8. A source that fails, or takes 30 s, may be asked again; a wrong answer is final.
 */
export async function obtainConfig(
  digest: string,
  fetchConfig: (digest: string) => Promise<Uint8Array>,
  signal: AbortSignal,
): Promise<{ ok: true; text: string } | Refusal> {
  let bytes: Uint8Array;
  try {
    bytes = await untilAborted(fetchConfig(digest), AbortSignal.any([signal, AbortSignal.timeout(fetchWithinMs)]));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { ok: false, words: `The configuration ${short(digest)} could not be fetched: ${why}`, retryable: true };
  }
  if (bytes.byteLength > maxConfigBytes) {
    return refused(
      `The configuration ${short(digest)} has ${bytes.byteLength} bytes; at most ${maxConfigBytes} are accepted.`,
    );
  }
  const found = configDigest(bytes);
  if (found !== digest) {
    return refused(
      `The configuration fetched as ${short(digest)} has the digest ${short(found)}: it was changed on its way and is not used.`,
    );
  }
  try {
    return { ok: true, text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch (error) {
    // TextDecoder throws a TypeError for bytes that are not UTF-8, and for nothing else.
    if (!(error instanceof TypeError)) throw error;
    return refused(`The configuration ${short(digest)} is not UTF-8 text.`);
  }
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

function refused(words: string): Refusal {
  return { ok: false, words, retryable: false };
}

function short(digest: string): string {
  return digest.slice(0, 12);
}
