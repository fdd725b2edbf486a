import { HyperLogLog, SketchError } from "@phoenix/platform/sketch";
import type { ObservationStore, StoredSketch } from "../store/index.ts";

/**
 * Hands every readable sketch of an experiment to `merge`, and gives how many
 * there were. One that cannot be read is never merged.
 */
export async function forEachSketch(
  store: ObservationStore,
  experimentId: string,
  merge: (window: StoredSketch, sketch: HyperLogLog) => void,
): Promise<number> {
  let readable = 0;
  for await (const stored of store.readSketches(experimentId)) {
    let sketch: HyperLogLog;
    try {
      sketch = HyperLogLog.fromBytes(stored.bytes);
    } catch (error) {
      // Checked when it came in: damaged since, or written by another version. It counts as absent.
      if (error instanceof SketchError) continue;
      throw error;
    }
    merge(stored, sketch);
    readable += 1;
  }
  return readable;
}
