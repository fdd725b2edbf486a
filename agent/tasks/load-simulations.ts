import { join } from "node:path";
import { create as createMessage, fromJson, type JsonValue, toJson } from "@bufbuild/protobuf";
import { type LoadStatus, LoadStatusSchema } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import { type LoadProfile, LoadProfileSchema } from "@phoenix/gen/phoenix/load/v1/load_profile_pb.ts";
import type { Logger } from "@phoenix/platform/logging";
import type { createLoadSimulation, LoadSimulation } from "../loadsim/index.ts";
import { readJsonFile, writeJsonFile } from "../state/index.ts";

/** A load as it was asked for, and when it has to be over. */
export type WantedLoad = {
  id: string;
  definition: LoadProfile;
  processes: number;
  /** In decimal digits: JSON has no big integers. */
  seed: string;
  /** Milliseconds since the Unix epoch. */
  endsAtMs: number;
};

/** The load simulations of this host. They die with the agent; what was wanted is on disk, so the next one goes on. */
export type LoadSimulations = {
  /** Starts again what ran when the last agent ended and is not over. */
  restore(): Promise<void>;
  /**
   * Starts a load; the same id running is success. Gives the number of processes and what is not as asked.
   * Throws PhoenixError when it cannot.
   */
  start(load: WantedLoad): Promise<{ count: number; detail: string }>;
  /** Stops a load and forgets it; an unknown one is fine. */
  stop(id: string): Promise<void>;
  /** Ids of what runs. */
  running(): string[];
  /** How everything that runs stands. */
  statuses(): LoadStatus[];
  /** Stops everything; what was wanted stays on disk. Twice is fine. */
  close(): Promise<void>;
};

/** Creates the set, with nothing running; what is wanted is in `loadsims.json` of the state directory. */
export function createLoadSimulations(options: {
  directory: string;
  logger: Logger;
  create: typeof createLoadSimulation;
  now?: () => number;
}): LoadSimulations {
  const { directory, logger, create, now = Date.now } = options;
  const path = join(directory, "loadsims.json");
  const running = new Map<string, { load: WantedLoad; simulation: LoadSimulation }>();
  let closing = false;
  let writing: Promise<void> = Promise.resolve();

  const keep = (): Promise<void> => {
    const write = writing.then(() =>
      writeJsonFile(
        path,
        [...running.values()].map(({ load }) => ({ ...load, definition: toJson(LoadProfileSchema, load.definition) })),
      ),
    );
    // The caller hears of the failure; the next write brings all of it again.
    writing = write.catch(() => undefined);
    return write;
  };

  const begin = async (load: WantedLoad): Promise<{ count: number; detail: string }> => {
    const { id, definition, processes, seed, endsAtMs } = load;
    const maxDurationMs = Math.max(1, endsAtMs - now());
    const simulation = create({ id, definition, processes, seed: BigInt(seed), maxDurationMs, logger });
    running.set(id, { load, simulation });
    try {
      const { count, detail } = await simulation.start();
      void simulation.ended.then(() => forgetEnded(id, simulation));
      return { count, detail };
    } catch (error) {
      running.delete(id);
      throw error;
    }
  };

  const forgetEnded = async (id: string, simulation: LoadSimulation): Promise<void> => {
    if (closing || running.get(id)?.simulation !== simulation) return;
    running.delete(id);
    try {
      await keep();
    } catch (error) {
      // An ended load that stays on disk is over by its own end time.
      logger.warn({ err: error, loadSimulationId: id }, "the end of a load simulation could not be noted");
    }
  };

  return {
    async restore() {
      for (const load of await readWanted(path, logger)) {
        if (load.endsAtMs <= now()) continue;
        try {
          await begin(load);
          logger.info({ loadSimulationId: load.id }, "a load simulation of before the restart runs again");
        } catch (error) {
          logger.error({ err: error, loadSimulationId: load.id }, "a load simulation could not be started again");
        }
      }
      await keep();
    },
    async start(load) {
      const known = running.get(load.id);
      if (known !== undefined) {
        const { members, detail } = known.simulation.status();
        return { count: members.length, detail };
      }
      const started = await begin(load);
      await keep();
      return started;
    },
    async stop(id) {
      const known = running.get(id);
      if (known === undefined) return;
      running.delete(id);
      await known.simulation.stop();
      await keep();
    },
    running: () => [...running.keys()],
    statuses: () =>
      [...running].map(([loadSimulationId, { simulation }]) => {
        const { members, spawned, detail } = simulation.status();
        const status = { loadSimulationId, processes: members.length, spawned: BigInt(spawned) };
        return createMessage(LoadStatusSchema, { ...status, detail: detail.slice(0, 1_024) });
      }),
    async close() {
      closing = true;
      await Promise.all([...running.values()].map(({ simulation }) => simulation.stop()));
      await writing;
    },
  };
}

/** What the last agent noted; a damaged file means that no load is started again. */
async function readWanted(path: string, logger: Logger): Promise<WantedLoad[]> {
  try {
    const list = (await readJsonFile(path)) ?? [];
    if (!Array.isArray(list)) throw new SyntaxError("it holds no list");
    return list.flatMap((noted: unknown) => {
      const load = readNoted(noted);
      if (load === undefined)
        logger.warn({ path }, "a load simulation that is noted so that it cannot be read is not started again");
      return load ?? [];
    });
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    logger.warn({ path, why: error.message }, "the file of load simulations is damaged; none is started again");
    return [];
  }
}

function readNoted(value: unknown): WantedLoad | undefined {
  const { id, definition, processes, seed, endsAtMs } = (value ?? {}) as Partial<Record<keyof WantedLoad, unknown>>;
  if (typeof id !== "string" || typeof processes !== "number" || !Number.isInteger(processes)) return undefined;
  if (typeof seed !== "string" || !/^\d+$/.test(seed) || typeof endsAtMs !== "number") return undefined;
  if (typeof definition !== "object" || definition === null) return undefined;
  try {
    return { id, definition: fromJson(LoadProfileSchema, definition as JsonValue), processes, seed, endsAtMs };
  } catch {
    // Noted by an agent that knew another kind of profile; nothing else can fail here, and the caller says so.
    return undefined;
  }
}
