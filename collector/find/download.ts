import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";

const answerLimitMs = 5_000;
const silenceLimitMs = 30_000;

/** A file that a server has begun to send; `bytes` is 0 when the server does not say how long it is. */
export type Download = { bytes: number; chunks(): AsyncGenerator<Uint8Array> };

/**
 * Asks for a file over HTTP. An Error when there is no answer within five seconds, when the answer is
 * not a success, and later when no data comes for thirty seconds.
 */
export async function openDownload(url: string, signal: AbortSignal | undefined): Promise<Download> {
  const silence = new AbortController();
  const limit = (ms: number, complaint: string) => setTimeout(() => silence.abort(new Error(complaint)), ms);
  let timer = limit(answerLimitMs, `no answer within ${answerLimitMs / 1000} s`);
  const response = await fetch(url, {
    signal: signal ? AbortSignal.any([signal, silence.signal]) : silence.signal,
  }).finally(() => clearTimeout(timer));
  const body = response.body;
  if (!response.ok || !body) {
    await body?.cancel();
    throw new Error(`the server answers ${response.status}`);
  }
  return {
    bytes: Number(response.headers.get("content-length") ?? 0),
    async *chunks() {
      const watch = () => {
        clearTimeout(timer);
        timer = limit(silenceLimitMs, `no data for ${silenceLimitMs / 1000} s`);
      };
      try {
        watch();
        for await (const chunk of body) {
          watch();
          yield chunk;
        }
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/** Reads a small text file, at most 64 KiB, over HTTP. */
export async function downloadText(url: string, signal: AbortSignal | undefined): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of (await openDownload(url, signal)).chunks()) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > 64 * 1024) throw new Error(`${url} is longer than a checksum file can be`);
  }
  return text;
}

/** Writes a download to a file and gives the SHA-256 of its bytes; `onShare` hears of each tenth received. */
export async function saveDownload(
  download: Download,
  path: string,
  onShare: (percent: number) => void,
): Promise<string> {
  const hash = createHash("sha256");
  let received = 0;
  let tenths = 0;
  await pipeline(
    download.chunks(),
    async function* (chunks) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        received += chunk.length;
        const now = download.bytes > 0 ? Math.floor((received / download.bytes) * 10) : 0;
        if (now > tenths) onShare(now * 10);
        tenths = Math.max(now, tenths);
        yield chunk;
      }
    },
    createWriteStream(path),
  );
  return hash.digest("hex");
}
