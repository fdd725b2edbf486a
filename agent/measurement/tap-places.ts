import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Logger } from "@phoenix/platform/logging";
import { readJsonFile, writeJsonFile } from "../state/index.ts";

/** Where collectors deliver to: the tap's port and each collector's secret path, as they were before a restart. */
export type TapPlaces = {
  /** The port the tap had; 0 when it had none. */
  port(): number;
  /** The tap listens here now. */
  setPort(port: number): Promise<void>;
  /** The token of a collector, made when it has none. */
  tokenOf(collectorId: string): Promise<string>;
  /** The collector is gone. */
  forget(collectorId: string): Promise<void>;
};

type Kept = { port: number; tokens: Record<string, string> };

/** Opens `tap.json` in the state directory; a damaged file costs collectors a restart and nothing else. */
export async function openTapPlaces(directory: string, logger: Logger): Promise<TapPlaces> {
  const path = join(directory, "tap.json");
  let kept = await read(path, logger);
  let writing: Promise<void> = Promise.resolve();
  /** In turn: two arms may be opened at the same time. */
  const change = (next: (now: Kept) => Kept): Promise<void> => {
    const write = writing.then(async () => {
      kept = next(kept);
      await writeJsonFile(path, kept);
    });
    // The caller hears of the failure; the next write brings all of it again.
    writing = write.catch(() => undefined);
    return write;
  };
  return {
    port: () => kept.port,
    setPort: (port) => change((now) => ({ ...now, port })),
    async tokenOf(collectorId) {
      if (kept.tokens[collectorId] === undefined) {
        const token = randomBytes(32).toString("base64url");
        await change((now) => ({ ...now, tokens: { [collectorId]: token, ...now.tokens } }));
      }
      return kept.tokens[collectorId] as string;
    },
    async forget(collectorId) {
      if (kept.tokens[collectorId] === undefined) return;
      await change(({ port, tokens: { [collectorId]: _, ...tokens } }) => ({ port, tokens }));
    },
  };
}

async function read(path: string, logger: Logger): Promise<Kept> {
  try {
    const { port, tokens } = ((await readJsonFile(path)) ?? {}) as Partial<Kept>;
    const valid = Object.entries(tokens ?? {}).filter(([, token]) => /^[A-Za-z0-9_-]{43}$/.test(token));
    return { port: Number.isInteger(port) ? (port as number) : 0, tokens: Object.fromEntries(valid) };
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
    logger.warn(
      { path },
      "the file with the tap's port and paths is damaged; collectors get new ones and are restarted",
    );
    return { port: 0, tokens: {} };
  }
}
