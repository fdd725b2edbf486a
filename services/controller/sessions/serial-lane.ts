/** Work of one agent, done one after the other, in a queue with an end. */
export type SerialLane = {
  /** Adds work; false, and not added, when the queue is full. Work never rejects: it handles its own failures. */
  push(work: () => Promise<void>): boolean;
  /** Resolves when nothing is left to do. */
  idle(): Promise<void>;
};

/** Creates a lane that holds `capacity` pieces of work at most. */
export function createSerialLane(capacity: number): SerialLane {
  let waiting = 0;
  let tail: Promise<void> = Promise.resolve();
  return {
    push(work) {
      if (waiting >= capacity) return false;
      waiting += 1;
      tail = tail.then(work).finally(() => {
        waiting -= 1;
      });
      return true;
    },
    idle: () => tail,
  };
}
