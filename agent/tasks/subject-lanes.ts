/** Runs work with one name one after another, and work with different names side by side. */
export type SubjectLanes = {
  /** Resolves with the work's result once its turn came and it is done. */
  run<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Resolves when nothing is left to run. */
  idle(): Promise<void>;
};

/** Creates lanes that are all empty. */
export function createSubjectLanes(): SubjectLanes {
  const tails = new Map<string, Promise<unknown>>();
  return {
    run(name, work) {
      const result = (tails.get(name) ?? Promise.resolve()).then(work);
      // The next in the lane starts whatever became of this one; whoever ran it hears of its failure.
      const tail = result.then(
        () => undefined,
        () => undefined,
      );
      tails.set(name, tail);
      void tail.then(() => {
        if (tails.get(name) === tail) tails.delete(name);
      });
      return result;
    },
    async idle() {
      while (tails.size > 0) await Promise.all(tails.values());
    },
  };
}
