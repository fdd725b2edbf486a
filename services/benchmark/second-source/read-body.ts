/**
 * Reads the text of an answer, at most so many bytes of it as they are after decompression.
 * Undefined when there is more; then the connection is closed.
 */
export async function readBody(response: Response, mostBytes: number): Promise<string | undefined> {
  if (response.body === null) return "";
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    // Leaving the loop cancels the stream.
    if (bytes > mostBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
