import { fromJson } from "@bufbuild/protobuf";
import { durationMs } from "@bufbuild/protobuf/wkt";
import { type DynamicPolicy, DynamicPolicySchema } from "@phoenix/gen/phoenix/pipelines/v1/dynamic_pb.ts";
import { findExpressionFault } from "@phoenix/platform/expression";
import type { Weights } from "./rank-processes.ts";

/** Keeps the K processes that use most. */
export type TopK = { kind: "top-k"; processes: number; weights: Weights; hysteresisRatio: number };

/** One level of an adaptive filter. */
export type Level = {
  name: string;
  /** Entered at this load of the host, 0 to 1. */
  enterLoad: number;
  /** Left for the level below under this load. */
  leaveLoad: number;
  /** Share of a core. */
  cpuFloor: number;
  rssFloorBytes: bigint;
  /** Scrapes are this many intervals apart. */
  intervalFactor: number;
  minimumAgeMs: number;
};

/** Raises floors and interval with the host's load. */
export type Adaptive = { kind: "adaptive"; levels: readonly [Level, ...Level[]]; dwellMs: number };

/** How the filter of one configuration is moved. */
export type MovingPolicy = {
  move: TopK | Adaptive;
  /** Scrape interval that the configuration has unless the collector is started with another one. */
  intervalMs: number;
  /** Time between two looks; 0 takes the scrape interval. */
  lookEveryMs: number;
  /** Matches the names of processes that the configuration keeps by itself; null for none. */
  mustKeep: RegExp | null;
};

const head = "# phoenix-dynamic: ";
/** Policies stand in the first lines, so that a text further down cannot pass for one. */
const headLines = 3;
const observeEveryMs = 5_000;
const longestExpression = 4096;
const longestMs = 3_600_000;

/**
 * Reads the policy that a configuration carries at its head; null for one whose filter stands still. The
 * digest vouches for who wrote it and not for its sense: an Error says what an agent cannot follow in it.
 */
export function readMovingPolicy(config: string): MovingPolicy | null {
  const line = config.split("\n", headLines).find((each) => each.startsWith(head));
  if (line === undefined) return null;
  const { intervalMs, policy } = JSON.parse(line.slice(head.length)) as { intervalMs?: unknown; policy?: never };
  if (typeof intervalMs !== "number") throw new Error("the moving filter names no scrape interval");
  within("scrape interval", intervalMs, 1, 24 * longestMs);
  const message = fromJson(DynamicPolicySchema, policy ?? {}, { ignoreUnknownFields: true });
  return { intervalMs, ...readMove(message), mustKeep: joinNames(message.mustKeep) };
}

/** Says what is wrong with the policy that a configuration carries; undefined when nothing is. */
export function findPolicyFault(config: string): string | undefined {
  try {
    readMovingPolicy(config);
    return undefined;
  } catch (error) {
    // Whatever reading it throws is about the text: it does nothing else.
    return `Its moving filter cannot be followed: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function readMove({ policy }: DynamicPolicy): Pick<MovingPolicy, "move" | "lookEveryMs"> {
  switch (policy.case) {
    case "topK": {
      const { processes, cpuWeight, rssWeight, ioWeight, hysteresisRatio, rankInterval } = policy.value;
      const weights = { cpu: cpuWeight, rss: rssWeight, io: ioWeight };
      for (const [name, weight] of Object.entries(weights)) within(`weight of ${name}`, weight, 0, 1000);
      within("number of processes", processes, 1, 1000);
      within("hysteresis", hysteresisRatio, 0, 10);
      const lookEveryMs = rankInterval === undefined ? 0 : within("rank interval", durationMs(rankInterval), 1_000);
      return { move: { kind: "top-k", processes, weights, hysteresisRatio }, lookEveryMs };
    }
    case "adaptive": {
      const { levels, dwell, observeInterval } = policy.value;
      const [first, ...others] = levels.map(readLevel);
      if (first === undefined) throw new Error("the moving filter has no levels");
      const dwellMs = dwell === undefined ? 0 : within("dwell", durationMs(dwell), 0);
      const lookEveryMs =
        observeInterval === undefined ? observeEveryMs : within("observe interval", durationMs(observeInterval), 1_000);
      return { move: { kind: "adaptive", levels: [first, ...others], dwellMs }, lookEveryMs };
    }
    default:
      throw new Error("the moving filter is of a kind that this agent does not know; update the agent");
  }
}

type LevelMessage = Extract<DynamicPolicy["policy"], { case: "adaptive" }>["value"]["levels"][number];

function readLevel(message: LevelMessage): Level {
  const { name, enterLoad, leaveLoad, cpuFloor, rssFloorBytes, intervalFactor, minimumAge } = message;
  within("load of a level", enterLoad, 0, 1);
  within("load of a level", leaveLoad, 0, 1);
  within("CPU floor", cpuFloor, 0, 128);
  within("interval factor", intervalFactor, 1, 60);
  const minimumAgeMs = minimumAge === undefined ? 0 : within("minimum age", durationMs(minimumAge), 0);
  return { name, enterLoad, leaveLoad, cpuFloor, rssFloorBytes, intervalFactor, minimumAgeMs };
}

function joinNames(expressions: readonly string[]): RegExp | null {
  for (const expression of expressions) {
    const fault = findExpressionFault(expression, longestExpression);
    if (fault !== null) throw new Error(`the moving filter keeps ${JSON.stringify(expression)}: ${fault.problem}`);
  }
  return expressions.length === 0 ? null : new RegExp(`^(?:${expressions.map((each) => `(?:${each})`).join("|")})$`);
}

function within(what: string, value: number, least: number, most = longestMs): number {
  if (value >= least && value <= most) return value;
  throw new Error(`the ${what} of the moving filter is ${value}, not from ${least} to ${most}`);
}
