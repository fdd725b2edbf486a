import type { Service } from "./service.ts";

/** Services that start in order and stop in reverse order, as one service. */
export interface Stack extends Service {
  /** Puts a service on top; returns it. Only before the start. */
  add<T extends Service>(service: T): T;
}

/**
 * Creates an empty stack. When a service fails to start, those below it are
 * stopped and the failure is rethrown. A failing stop does not keep the others
 * from stopping; all failures are thrown together at the end.
 */
export function createStack(): Stack {
  const services: Service[] = [];
  const running: Service[] = [];
  let started = false;
  let stopping: Promise<void> | undefined;

  const stopAll = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (let service = running.pop(); service !== undefined; service = running.pop()) {
      await service.stop().catch((error: unknown) => failures.push(error));
    }
    if (failures.length === 1) throw failures[0];
    if (failures.length > 1) throw new AggregateError(failures, "several services failed to stop");
  };

  return {
    add(service) {
      if (started) throw new Error("a stack that was started takes no more services");
      services.push(service);
      return service;
    },
    async start() {
      if (started) throw new Error("a stack starts once");
      started = true;
      for (const service of services) {
        if (stopping !== undefined) return;
        try {
          // Before the start, so that a stop that comes meanwhile reaches this one too.
          running.push(service);
          await service.start();
        } catch (error) {
          // The failure to start is the news; what fails while clearing up rides along as the last of its causes.
          await (stopping ?? stopAll()).catch((cause: unknown) => addCause(error, cause));
          throw error;
        }
      }
    },
    stop() {
      stopping ??= stopAll();
      return stopping;
    },
  };
}

function addCause(error: unknown, cause: unknown): void {
  let last = error;
  while (last instanceof Error && last.cause !== undefined) last = last.cause;
  if (last instanceof Error && last !== cause) last.cause = cause;
}
