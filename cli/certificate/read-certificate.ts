import { createReadStream } from "node:fs";

/** A certificate is smaller: one host is a few hundred bytes. In bytes. */
const largestBytes = 64 * 1024 * 1024;

/**
 * The bytes of a certificate file, or of standard input for "-". What is too
 * large is not read to its end.
 * @throws Error of the file system, or that it is too large.
 */
export async function readCertificate(file: string, input: AsyncIterable<Buffer> = process.stdin): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const source: AsyncIterable<Buffer> = file === "-" ? input : createReadStream(file);
  for await (const chunk of source) {
    bytes += chunk.length;
    if (bytes > largestBytes)
      throw new Error(`it is larger than ${largestBytes / 2 ** 20} MiB, so it is no certificate`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
