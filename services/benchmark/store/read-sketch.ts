import { HyperLogLog, SketchError } from "@phoenix/platform/sketch";

/**
 * Reads a sketch; undefined for one that is damaged, of another version, or
 * forged under a right checksum: it counts as absent and holds nothing else up.
 */
export function readSketch(bytes: Uint8Array): HyperLogLog | undefined {
  try {
    return HyperLogLog.fromBytes(bytes);
  } catch (error) {
    if (error instanceof SketchError) return undefined;
    throw error;
  }
}
