/** Work that is asked for often and done seldom. */
export type Throttle = {
  /** Has the work done: at once, or as soon as the last time is long enough ago. */
  ask(): void;
  /** Does nothing more. */
  end(): void;
};

/** Does `work` at most every `everyMs`; what is asked for in between is done once, at the end of that time. */
export function createThrottle(everyMs: number, work: () => void): Throttle {
  let asked = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const rest = (): void => {
    timer = setTimeout(() => {
      timer = undefined;
      if (asked) run();
    }, everyMs);
  };
  const run = (): void => {
    asked = false;
    rest();
    work();
  };
  return {
    ask() {
      asked = true;
      if (timer === undefined) run();
    },
    end() {
      asked = false;
      clearTimeout(timer);
    },
  };
}
