/** Remembers what was read for a short while. */
export type BriefCache<T> = {
  /** What is remembered, or what `read` gives. A failure is not remembered. */
  get(key: string, read: () => Promise<T>): Promise<T>;
  /** Forgets everything. */
  clear(): void;
};

/** Creates a cache that keeps entries `maxAgeMs` and at most `maxEntries` of them. */
export function createBriefCache<T>(maxAgeMs: number, maxEntries: number): BriefCache<T> {
  const entries = new Map<string, { at: number; value: Promise<T> }>();
  return {
    get(key, read) {
      const known = entries.get(key);
      if (known !== undefined && performance.now() - known.at < maxAgeMs) return known.value;
      if (entries.size >= maxEntries) entries.clear();
      const value = read();
      entries.set(key, { at: performance.now(), value });
      value.catch(() => entries.delete(key));
      return value;
    },
    clear: () => entries.clear(),
  };
}
