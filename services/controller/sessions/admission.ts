import { Code, ErrorReason, phoenixError } from "@phoenix/platform/errors";

/** Lets a few in at a time, so that a fleet that comes back at once does not starve the rest. */
export type Admission = {
  /** Runs `work` when its turn comes. @throws PhoenixError SERVICE_UNAVAILABLE when too many wait already. */
  run<T>(work: () => Promise<T>): Promise<T>;
};

/** Creates an admission with limits on those inside and those that wait. */
export function createAdmission(limits: { maxInside: number; maxWaiting: number }): Admission {
  let inside = 0;
  const waiting: (() => void)[] = [];

  const enter = async (): Promise<void> => {
    if (inside < limits.maxInside) {
      inside += 1;
      return;
    }
    if (waiting.length >= limits.maxWaiting) {
      throw phoenixError(
        ErrorReason.SERVICE_UNAVAILABLE,
        "Too many agents connect at once. Wait a few seconds and connect again.",
        { code: Code.ResourceExhausted },
      );
    }
    await new Promise<void>((resolve) => waiting.push(resolve));
  };

  const leave = (): void => {
    const next = waiting.shift();
    // The place goes to the next one directly, so `inside` stays.
    if (next === undefined) inside -= 1;
    else next();
  };

  return {
    async run(work) {
      await enter();
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
