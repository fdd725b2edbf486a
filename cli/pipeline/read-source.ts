import { createReadStream } from "node:fs";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";

/** Longest text that is read, in bytes; the contract takes no longer one. */
const maximumBytes = 1024 * 1024;
/** Longest time for a text from the network. */
const fetchTimeoutMs = 15_000;
const maximumRedirects = 5;

/** Reads a text from a file, or from standard input for `-`. Throws a usage CommandError. */
export async function readTextFile(file: string): Promise<string> {
  const stream = file === "-" ? process.stdin : createReadStream(file);
  return await textOf(stream, file === "-" ? "standard input" : file);
}

/**
 * Reads a text from an https address; redirects stay on https. Throws a usage CommandError for an address
 * that is none or a text that is too long, an unavailable one when it cannot be had.
 */
export async function readTextFrom(address: string, signal: AbortSignal): Promise<string> {
  let url = httpsUrl(address, address);
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(fetchTimeoutMs)]);
  for (let redirects = 0; ; redirects++) {
    const response = await fetch(url, { redirect: "manual", signal: deadline }).catch((error: unknown) => {
      const why = error instanceof Error ? causeOf(error) : String(error);
      throw new CommandError(`${url} cannot be read: ${why}`, exitCodes.unavailable, { cause: error });
    });
    const location = response.status >= 300 && response.status < 400 ? response.headers.get("location") : null;
    if (location === null) {
      if (!response.ok || response.body === null)
        throw new CommandError(`${url} answers ${response.status}`, exitCodes.unavailable);
      return await textOf(response.body, url.href);
    }
    await response.body?.cancel();
    if (redirects >= maximumRedirects) throw new CommandError(`${address} redirects too often`, exitCodes.unavailable);
    url = httpsUrl(new URL(location, url).href, address);
  }
}

function httpsUrl(text: string, asked: string): URL {
  if (!URL.canParse(text) || new URL(text).protocol !== "https:") {
    const which = text === asked ? text : `${asked} leads to ${text}, which`;
    throw new CommandError(`${which} is not an https address`, exitCodes.usage);
  }
  return new URL(text);
}

/** The words of a failed fetch are in its cause. */
function causeOf(error: Error): string {
  return error.cause instanceof Error ? error.cause.message : error.message;
}

async function textOf(chunks: AsyncIterable<Uint8Array | string>, name: string): Promise<string> {
  const read: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of chunks) {
      const part = Buffer.from(chunk);
      bytes += part.length;
      if (bytes > maximumBytes) throw new CommandError(`${name} is longer than 1 MiB`, exitCodes.usage);
      read.push(part);
    }
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(read));
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`cannot read ${name}: ${(error as Error).message}`, exitCodes.usage, { cause: error });
  }
}
