/**
 * GETs from one of a collector's own ports on 127.0.0.1; null when nothing listens there, it breaks
 * off, or it takes longer than `withinMs`.
 */
export async function askCollector(
  port: number,
  path: string,
  withinMs: number,
): Promise<{ ok: boolean; text: string } | null> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      redirect: "error",
      signal: AbortSignal.timeout(withinMs),
    });
    return { ok: response.ok, text: await response.text() };
  } catch (error) {
    // fetch throws a TypeError for any trouble with the network and a DOMException for the time limit:
    // for a collector that starts, stops or hangs both are an answer.
    if (error instanceof TypeError || error instanceof DOMException) return null;
    throw error;
  }
}
