import type { CompiledExpression } from "@phoenix/platform/expression";
import type { ProcessSighting } from "./scan-processes.ts";

/** A process name that every arm should report in a window. */
export interface MustBeReported {
  /** The expression that matches, as written in the experiment. */
  readonly expression: string;
  /** The name, as a collector reports it. */
  readonly processName: string;
}

/** What the scans of one window say. */
export interface OracleWindow {
  /** Start of the window. */
  readonly startMs: number;
  /** Length of the window. */
  readonly windowMs: number;
  /** Scans made in it. */
  readonly scans: number;
  /** Names to be reported, each once per expression, sorted by name; empty when the window is not complete. */
  readonly mustBeReported: readonly MustBeReported[];
  /** Why nothing can be said of this window, in one line; empty when it can. Never a fault of an arm. */
  readonly incompleteReason: string;
}

/** What an oracle needs. */
export interface OracleOptions {
  readonly mustKeep: readonly CompiledExpression[];
  /** Length of a window; windows start at its multiples since the Unix epoch. */
  readonly windowMs: number;
}

/** Files scans into windows and says what each window should have reported. Pure: brings no clock and reads nothing. */
export interface Oracle {
  /** Takes what one scan saw, begun at `atMs`. */
  observe(sightings: readonly ProcessSighting[], atMs: number): void;
  /** What is known of the window that starts at `startMs`. May be asked again, for each arm; the last 8 windows are kept. */
  read(startMs: number): OracleWindow;
}

/** The collector scrapes at about 30 % of a window, so the first scan must lie before that and the last one after it. */
const FIRST_SCAN_BY_RATIO = 0.25;
const LAST_SCAN_FROM_RATIO = 0.75;
const WINDOWS_KEPT = 8;
const NAMES_KEPT = 16_384;

/** Processes of interest in one scan: who it is → the name it had. */
type Seen = ReadonlyMap<string, string>;

interface Scans {
  count: number;
  firstMs: number;
  lastMs: number;
  first: Seen;
  last: Seen;
}

/**
 * Makes an oracle. A name counts in a window when one process, by pid and start
 * time, had it at the first and at the last scan. Zombies do not count: a
 * process that has ended does no work anyone could miss, and collectors report
 * it with most of its metrics absent, so pipelines drop it rightly.
 */
export function createOracle(options: OracleOptions): Oracle {
  const { mustKeep, windowMs } = options;
  const windows = new Map<number, Scans>();
  const expressionsByName = new Map<string, readonly string[]>();

  function expressionsOf(name: string): readonly string[] {
    let expressions = expressionsByName.get(name);
    if (expressions === undefined) {
      expressions = mustKeep.filter(({ pattern }) => pattern.test(name)).map(({ text }) => text);
      if (expressionsByName.size >= NAMES_KEPT) expressionsByName.clear();
      expressionsByName.set(name, expressions);
    }
    return expressions;
  }

  function ofInterest(sightings: readonly ProcessSighting[]): Seen {
    const seen = new Map<string, string>();
    for (const { pid, startTicks, name, zombie } of sightings) {
      if (!zombie && expressionsOf(name).length > 0) seen.set(`${pid}@${startTicks}`, name);
    }
    return seen;
  }

  function faultOf(scans: Scans | undefined, startMs: number): string {
    if (scans === undefined) return "The oracle made no scan in the window.";
    if (scans.firstMs > startMs + windowMs * FIRST_SCAN_BY_RATIO) {
      return `The oracle's first scan came ${Math.round(scans.firstMs - startMs)} ms into the window, too late.`;
    }
    if (scans.lastMs < startMs + windowMs * LAST_SCAN_FROM_RATIO) {
      return `The oracle's last scan came ${Math.round(startMs + windowMs - scans.lastMs)} ms before the window's end, too early.`;
    }
    return "";
  }

  return {
    observe(sightings, atMs) {
      const startMs = Math.floor(atMs / windowMs) * windowMs;
      const seen = ofInterest(sightings);
      const scans = windows.get(startMs);
      if (scans === undefined) {
        windows.set(startMs, { count: 1, firstMs: atMs, lastMs: atMs, first: seen, last: seen });
        const oldest = windows.keys().next().value;
        if (windows.size > WINDOWS_KEPT && oldest !== undefined) windows.delete(oldest);
        return;
      }
      scans.count++;
      if (atMs < scans.firstMs) {
        scans.firstMs = atMs;
        scans.first = seen;
      }
      if (atMs >= scans.lastMs) {
        scans.lastMs = atMs;
        scans.last = seen;
      }
    },

    read(startMs) {
      const scans = windows.get(startMs);
      const incompleteReason = faultOf(scans, startMs);
      const names = new Set<string>();
      if (scans !== undefined && incompleteReason === "") {
        for (const [who, name] of scans.first) if (scans.last.get(who) === name) names.add(name);
      }
      const mustBeReported = [...names]
        .sort()
        .flatMap((processName) => expressionsOf(processName).map((expression) => ({ expression, processName })));
      return { startMs, windowMs, scans: scans?.count ?? 0, mustBeReported, incompleteReason };
    },
  };
}
