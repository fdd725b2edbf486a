import { join } from "node:path";
import { parseVersion } from "@phoenix/collector";
import type { Logger } from "@phoenix/platform/logging";
import { makeFolder, readText } from "../configs/index.ts";
import type { RunningProcess } from "../launcher/index.ts";
import { writeFileAtomically } from "../state/index.ts";
import { type FilterFiles, filesOfDelay, sameFiles } from "./filter-files.ts";
import type { Finding, Mover } from "./mover.ts";
import { nextMoveMs } from "./next-move.ts";
import { type MovingPolicy, readMovingPolicy } from "./read-policy.ts";

/** Variable of a collector's environment that names the folder of the files it refers to. */
export const folderVariable = "PHX_DYN_DIR";

/** What moving takes. */
export type MovingFilterDeps = {
  /** Where the files go. */
  folder: string;
  /** The collector's version, "0.160.0". */
  collectorVersion: string;
  clock: { wallMs(): number; monotonicMs(): number; sleep(ms: number, signal?: AbortSignal): Promise<boolean> };
  /** Time from now to the next scrape in windows of this length, if a receiver is begun anew now. */
  delayMs(windowMs: number): number;
  createMover(policy: MovingPolicy, intervalMs: number): Mover;
  /** Told where the filter stands; empty for one that stands still. */
  onDetail(detail: string, isNews: boolean): void;
  logger: Logger;
};

/** How a collector scrapes: its interval, and the windows its scrapes are aligned to; 0 for the configuration's own. */
export type ScrapeTiming = { scrapeIntervalMs: number; windowMs: number };

/** What a start needs besides for a filter that moves. */
export type LaunchAdditions = { args: string[]; env: Record<string, string> };

/** The filter of one collector. Its calls must not overlap. */
export interface MovingFilter {
  /** Writes what a collector that is to start with this configuration reads. An Error when it cannot be written. */
  prepare(config: string, timing: ScrapeTiming): Promise<LaunchAdditions>;
  /** Takes up the filter of a collector that an earlier agent started. */
  resume(config: string, timing: ScrapeTiming): Promise<void>;
  /** Moves the filter of a process until it ends or {@link halt}; `isReady` says when it listens to signals. */
  follow(process: RunningProcess, isReady: () => boolean): void;
  /** Leaves the filter where it is. Twice is fine. */
  halt(): Promise<void>;
}

type Moved = {
  config: string;
  policy: MovingPolicy;
  mover: Mover;
  /** Scrapes of the pipeline, and moves, come in this rhythm. */
  windowMs: number;
  /** What the collector has read. */
  files: FilterFiles;
  /** What it had read before, and worked with. */
  proven: FilterFiles;
};

/** In place of a time: what the agent put into the environment for this very start. */
const delayOfStart = `\${env:PHX_INITIAL_DELAY:-1s}`;
/** A collector that ends so soon after a move may have ended because of it ... */
const suspiciousForMs = 10_000;
/** ... and its filter is then left alone for this long. */
const restMs = 300_000;
const partialReloadFrom = { major: 0, minor: 157 };
const partialReloadGate = "--feature-gates=service.partialReload";

/** Creates the filter of one collector, which stands still until a configuration with a policy is prepared. */
export function createMovingFilter(deps: MovingFilterDeps): MovingFilter {
  const { clock, logger, folder } = deps;
  const reloadsInPart = hasPartialReload(deps.collectorVersion);
  let moved: Moved | null = null;
  let loop: { halt: AbortController; done: Promise<void> } | null = null;
  let reloadedAtMs = -Infinity;
  let restUntilMs = -Infinity;

  const write = async (files: FilterFiles): Promise<void> => {
    for (const [name, content] of Object.entries(files)) await writeFileAtomically(join(folder, name), content);
  };

  /** Takes up a configuration; what was learnt under the same one stays. */
  const take = (config: string, timing: ScrapeTiming): Moved | null => {
    const policy = readMovingPolicy(config);
    if (policy === null) return null;
    const intervalMs = timing.scrapeIntervalMs || policy.intervalMs;
    const windowMs = timing.windowMs || intervalMs;
    if (moved?.config === config && moved.windowMs === windowMs) return moved;
    return { config, policy, mover: deps.createMover(policy, intervalMs), windowMs, files: {}, proven: {} };
  };

  const move = async (now: Moved, files: FilterFiles, process: RunningProcess): Promise<void> => {
    // Floors are processors' matter, and those begin anew only together with everything else.
    const inPart = reloadsInPart && now.policy.move.kind === "top-k";
    try {
      await write(files);
      // Last, because it says how long it is from now to the next scrape.
      await write(filesOfDelay(`${deps.delayMs(now.windowMs)}ms`, inPart ? "moved" : "all"));
    } catch (error) {
      logger.warn({ err: error, folder }, "a moving filter could not be written; it stays as it is");
      return;
    }
    now.proven = now.files;
    now.files = files;
    reloadedAtMs = clock.monotonicMs();
    process.signal("SIGHUP");
  };

  /** Finds out what a running collector has read. */
  const readBack = async (now: Moved): Promise<void> => {
    const names = Object.keys((await now.mover.look()).files);
    const texts = await Promise.all(names.map((name) => readText(join(folder, name))));
    now.files = Object.fromEntries(names.map((name, index) => [name, texts[index] ?? ""]));
    now.mover.resume(now.files);
    deps.onDetail((await now.mover.look()).detail, true);
  };

  const look = async (mover: Mover): Promise<Finding | null> => {
    try {
      return await mover.look();
    } catch (error) {
      // Too many open files, for instance: the filter stays where it is until the next look.
      logger.warn({ err: error, folder }, "what a moving filter depends on could not be read");
      return null;
    }
  };

  const keepMoving = async (
    now: Moved,
    process: RunningProcess,
    isReady: () => boolean,
    halt: AbortSignal,
  ): Promise<void> => {
    const { policy, windowMs } = now;
    const ranks = policy.move.kind === "top-k";
    const everyMs = Math.max(policy.lookEveryMs, ranks ? windowMs : 0);
    let lookedMs = -Infinity;
    for (;;) {
      const nowMs = clock.wallMs();
      // Between, so that a clock that jumps neither stops the looks nor makes up for them.
      const fromMs = Math.min(Math.max(lookedMs + everyMs, nowMs), nowMs + everyMs);
      lookedMs = ranks ? nextMoveMs(fromMs, windowMs) : nowMs + everyMs;
      if (!(await clock.sleep(lookedMs - nowMs, halt))) return;
      if (!isReady() || clock.monotonicMs() < restUntilMs) continue;
      const found = await look(now.mover);
      if (found === null) continue;
      const { files, detail, isNews } = found;
      deps.onDetail(detail, isNews);
      if (sameFiles(files, now.files)) continue;
      const leftMs = ranks ? 0 : nextMoveMs(clock.wallMs(), windowMs) - clock.wallMs();
      if (!(await clock.sleep(leftMs, halt))) return;
      if (isReady()) await move(now, files, process);
    }
  };

  const halt = async (): Promise<void> => {
    loop?.halt.abort();
    await loop?.done;
    loop = null;
  };

  return {
    async prepare(config, timing) {
      await halt();
      moved = take(config, timing);
      if (moved === null) {
        deps.onDetail("", false);
        return { args: [], env: {} };
      }
      const rests = clock.monotonicMs() < restUntilMs && Object.keys(moved.proven).length > 0;
      if (rests) {
        moved.files = moved.proven;
        deps.onDetail("held, as the collector ended after the last move", true);
      } else {
        const { files, detail } = await moved.mover.look();
        moved.files = files;
        deps.onDetail(detail, true);
      }
      await makeFolder(folder);
      await write({ ...moved.files, ...filesOfDelay(delayOfStart, "all") });
      return { args: reloadsInPart ? [partialReloadGate] : [], env: { [folderVariable]: folder } };
    },
    async resume(config, timing) {
      try {
        moved = take(config, timing);
        if (moved !== null) await readBack(moved);
      } catch (error) {
        // The collector runs, and a filter that stands still is better than a collector nobody watches.
        logger.error({ err: error, folder }, "a filter is not moved any more");
        moved = null;
      }
    },
    follow(process, isReady) {
      if (moved === null) return;
      const halting = new AbortController();
      const ended = new AbortController();
      void process.exited.then(() => {
        if (!halting.signal.aborted && clock.monotonicMs() - reloadedAtMs < suspiciousForMs)
          restUntilMs = clock.monotonicMs() + restMs;
        ended.abort();
      });
      const signal = AbortSignal.any([halting.signal, ended.signal]);
      const done = keepMoving(moved, process, isReady, signal).catch((error: unknown) => {
        logger.error({ err: error, folder }, "a filter is not moved any more");
      });
      loop = { halt: halting, done };
    },
    halt,
  };
}

function hasPartialReload(version: string): boolean {
  const { major = 0, minor = 0 } = parseVersion(version) ?? {};
  return major > partialReloadFrom.major || minor >= partialReloadFrom.minor;
}
