/** Runs one piece of work after the other. */
export interface SerialLane {
  /** Runs the work when all before it is over, however that ended. */
  run<T>(work: () => Promise<T>): Promise<T>;
  isIdle(): boolean;
}

/** Creates an idle lane. */
export function createSerialLane(): SerialLane {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  return {
    run(work) {
      waiting += 1;
      const result = last.then(work).finally(() => {
        waiting -= 1;
      });
      // Its own caller hears of a failure; the next one only has to wait.
      last = result.catch(() => undefined);
      return result;
    },
    isIdle: () => waiting === 0,
  };
}
