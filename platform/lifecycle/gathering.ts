import { ErrorReason, isPhoenixError, phoenixError } from "../errors/index.ts";

/** Does work for many callers together. */
export type Gathering<T, R> = {
  /** Resolves with what became of this item. @throws what its work threw, or SERVICE_UNAVAILABLE when too many wait. */
  add(item: T): Promise<R>;
};

type Waiting<T, R> = { item: T; resolve(result: R): void; reject(error: unknown): void };

/**
 * Creates a gathering: while batches are worked on, what comes meanwhile
 * waits and makes the next; items of one key stay in their order. So a lone item waits for nothing, and a flood costs a
 * transaction for hundreds.
 */
export function createGathering<T, R>(options: {
  /** Works on a batch; gives a result for each, in their order. Items that cannot be in one batch have the same key; without keys any can. */
  work(items: readonly T[]): Promise<readonly R[]>;
  keyOf?(item: T): string;
  maxBatch: number;
  /** Batches worked on at a time; items of one key are never in two of them. */
  hands: number;
  /** Least time between the beginnings of two batches, in milliseconds: what comes alone waits for none of it, and what fills a batch neither. */
  spacingMs: number;
  maxWaiting: number;
}): Gathering<T, R> {
  const { work, keyOf, maxBatch, hands, spacingMs, maxWaiting } = options;
  const waiting: Waiting<T, R>[] = [];
  const inWork = new Set<string>();
  let busy = 0;
  let beganMs = Number.NEGATIVE_INFINITY;

  const doBatch = async (batch: readonly Waiting<T, R>[]): Promise<void> => {
    try {
      const results = await work(batch.map(({ item }) => item));
      if (results.length !== batch.length) throw new Error(`${results.length} results came for ${batch.length} items`);
      for (const [index, result] of results.entries()) batch[index]?.resolve(result);
    } catch (error) {
      // What one cannot do must not keep the others from it.
      if (batch.length > 1 && !isPhoenixError(error, ErrorReason.DATABASE_UNAVAILABLE)) {
        for (const one of batch) await doBatch([one]);
        return;
      }
      for (const one of batch) one.reject(error);
    }
  };

  const take = (): Waiting<T, R>[] => {
    const taken: Waiting<T, R>[] = [];
    const left: Waiting<T, R>[] = [];
    let seen = 0;
    // What does not fit is not looked at: with many batches' worth waiting, looking would cost more than the work.
    for (; seen < waiting.length && taken.length < maxBatch; seen++) {
      const one = waiting[seen]!;
      const key = keyOf?.(one.item);
      if (key === undefined || !inWork.has(key)) {
        taken.push(one);
        if (key !== undefined) inWork.add(key);
      } else left.push(one);
    }
    const begin = seen - left.length;
    for (const [index, one] of left.entries()) waiting[begin + index] = one;
    waiting.splice(0, begin);
    return taken;
  };

  const lendHand = async (): Promise<void> => {
    busy += 1;
    while (waiting.length > 0) {
      const restMs = waiting.length < maxBatch ? beganMs + spacingMs - performance.now() : 0;
      // Without a rest, what arrives in the same turn of the event loop still goes together.
      await new Promise((resolve) => (restMs > 0 ? setTimeout(resolve, restMs) : setImmediate(resolve)));
      const batch = take();
      // What is left is of keys that the other hands have; they go on with it.
      if (batch.length === 0) break;
      beganMs = performance.now();
      await doBatch(batch);
      if (keyOf !== undefined) for (const { item } of batch) inWork.delete(keyOf(item));
    }
    busy -= 1;
  };

  return {
    add(item) {
      if (waiting.length >= maxWaiting) {
        throw phoenixError(
          ErrorReason.SERVICE_UNAVAILABLE,
          "Too many agents want this at once. Wait a few seconds and try again.",
        );
      }
      return new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        if (busy < hands) void lendHand();
      });
    },
  };
}
