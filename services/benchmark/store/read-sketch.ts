import { HyperLogLog, SketchError } from "@phoenix/platform/sketch";

/**
 * Merges a sketch in its bytes into another; false for one that is damaged, of
 * another version, or forged under a right checksum: it counts as absent and
 * holds nothing else up.
 */
export function mergeReadable(into: HyperLogLog, bytes: Uint8Array): boolean {
  try {
    into.mergeBytes(bytes);
    return true;
  } catch (error) {
    if (error instanceof SketchError) return false;
    throw error;
  }
}

/** Reads a sketch; undefined where {@link mergeReadable} would say false. */
export function readSketch(bytes: Uint8Array): HyperLogLog | undefined {
  const sketch = new HyperLogLog();
  return mergeReadable(sketch, bytes) ? sketch : undefined;
}
