import { spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism, cpus } from "node:os";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { ArmPanel } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_pb.ts";
import { LoadState } from "@phoenix/gen/phoenix/controller/v1/load_simulation_service_pb.ts";
import type { WindowMeasurement } from "@phoenix/gen/phoenix/measurement/v1/observation_pb.ts";
import { eventually } from "../harness/eventually.ts";
import { startNamedProcess } from "../harness/named-process.ts";
import { readPanel } from "../harness/read-panel.ts";
import { createSite, type Site } from "../harness/site.ts";
import { startMainJob } from "./main-job.ts";
import { holdTo } from "./measured-figures.ts";

/** A process that no level of the filter would keep by itself. */
const kept = "at-p04-kept";
/** The filter that moves, and the same one that looks at the load so seldom that it stands where it begins. */
const moving = "candidate";
const standing = "candidate-2";
const deadlineMs = 120_000;

/** Levels as they ship, entered nearer to the top, so that a host counts as busy only when it is full, and sooner. */
const variables = {
  always: "",
  dwell: "10s",
  observe_interval: "1s",
  tight_enter: "0.95",
  tight_leave: "0.93",
  severe_enter: "0.98",
  severe_leave: "0.95",
};

/** A host whose mean load is this without us gives no filter a reason to come down. */
const fullWithoutUs = 0.8;
const longEnoughMs = 30_000;

describe("AT-P04: the adaptive filter on a host on which processes come and go", function () {
  this.timeout(420_000);
  let site: Site;

  before(async () => {
    site = await createSite();
    await site.startServer();
    await site.startAgent("web-1");
  });

  after(() => site.close());

  it("sends less while the host is busy, and as much as before once it is not", async () => {
    const keptProcess = startNamedProcess(site.folder, kept);
    let busy: Awaited<ReturnType<typeof makeBusy>> | undefined;
    try {
      const pipeline = "process-adaptive-filter-v1";
      const experimentId = await startMainJob(site, "web-1", 0, {
        arms: [
          { variant: "baseline", pipeline: { name: "process-baseline-v1" } },
          { variant: moving, pipeline: { name: pipeline, variables } },
          { variant: standing, pipeline: { name: pipeline, variables: { ...variables, observe_interval: "5m" } } },
        ],
        mustKeep: [kept],
        load: undefined,
        // The case may last longer than it takes to a verdict, and one against a candidate would stop it.
        overheadMarginRatio: 10,
      });
      const quiet = await windowsAt(site, experimentId, "normal", 2);
      if (quiet.length > 0) holdTo("AT-P04", "sent of what it sends when it stands, before", shareOf(quiet), ...same);
      busy = await makeBusy(site);
      const full = await windowsAt(site, experimentId, "strict", 6);
      await busy.end();
      holdTo("AT-P04", "fewer data points than when it stands, host busy", 1 - shareOf(full), ["least", 0.3], "%");
      const after = await windowsAt(site, experimentId, "normal", 2);
      if (after.length > 0) holdTo("AT-P04", "sent of what it sends when it stands, after", shareOf(after), ...same);

      // Where the machine is too slow for a scrape the other one has none either.
      const seen = [...quiet, ...full, ...after].filter((each) => reportsKept(each.standing));
      const reported = seen.filter((each) => reportsKept(each.moving)).length;
      holdTo("AT-P04", `must-keep process reported, of ${seen.length}`, reported / seen.length, ["exactly", 1], "%");
    } finally {
      await busy?.end();
      await keptProcess.end();
    }
  });
});

/** Two collectors do not look at the very same moment, and a process may be above a floor for one of them alone. */
const same = [["least", 0.7], "%"] as const;

/** The same window of both filters. */
type Pair = { moving: WindowMeasurement; standing: WindowMeasurement };

/**
 * Windows in which the moving filter was at the level normal, or at a stricter one, once there are so many; none for
 * normal on a host that is full for reasons of its own, where it would be wrong.
 */
async function windowsAt(site: Site, experimentId: string, level: "normal" | "strict", count: number): Promise<Pair[]> {
  const load = watchLoad();
  const found = new Map<number, Pair>();
  const told = new Set<string>();
  const enough = (): Promise<Pair[]> =>
    eventually(
      `${count} windows at a level that is ${level}`,
      async () => {
        const { host } = await site.client.fleet.getHost({ hostId: "web-1" });
        const detail = host?.collectors.find(({ variant }) => variant === moving)?.dynamicDetail ?? "";
        told.add(detail);
        const held = readLevel(detail, Date.now());
        if (held !== undefined && (held.level === "normal") === (level === "normal")) {
          for (const [startMs, pair] of pairsSince(await readPanel(site, experimentId), held.sinceMs))
            found.set(startMs, pair);
        }
        return found.size >= count || (level === "normal" && load.isFullForLong()) ? [...found.values()] : undefined;
      },
      deadlineMs,
    );
  return await enough().catch((cause: unknown) => {
    throw new Error(`only ${found.size} of them; the agent told of ${[...told].join(", ")}`, { cause });
  });
}

/** Whole windows of both filters, by start, in which a level that holds since then was the only one. */
function pairsSince(panel: readonly ArmPanel[], sinceMs: number): Map<number, Pair> {
  const windowsOf = (arm: string): Map<number, WindowMeasurement> => {
    const found = panel.find(({ variant }) => variant === arm)?.windows ?? [];
    const whole = found.flatMap((window) => {
      const { complete, windowStart, windowSeconds } = window;
      if (!complete || windowStart === undefined) return [];
      const windowMs = windowSeconds * 1000;
      // A second for what the agent's words leave out; then moved at 60 % of a window, and complete from the second
      // scrape on, as CPU utilization needs two.
      const movedMs = Math.ceil((sinceMs + 1000 + 0.4 * windowMs) / windowMs) * windowMs;
      const startMs = timestampMs(windowStart);
      return startMs >= movedMs + windowMs ? [[startMs, window] as const] : [];
    });
    return new Map(whole);
  };
  const stood = windowsOf(standing);
  const pairs = [...windowsOf(moving)].flatMap(([startMs, window]) => {
    const other = stood.get(startMs);
    return other === undefined ? [] : [[startMs, { moving: window, standing: other }] as const];
  });
  return new Map(pairs);
}

/** What the moving filter sent of what the standing one did. */
function shareOf(pairs: readonly Pair[]): number {
  const points = (which: keyof Pair): number => sum(pairs.map((each) => Number(each[which].dataPoints)));
  return points("moving") / points("standing");
}

function reportsKept({ mustKeep }: WindowMeasurement): boolean {
  return mustKeep.some(({ processName, oracleSeen, reported }) => processName === kept && oracleSeen && reported);
}

/** Reads "level tight since 12:00:05Z", a time of the last 24 hours. */
function readLevel(detail: string, nowMs: number): { level: string; sinceMs: number } | undefined {
  const [, level = "", clock = ""] = /^level (\w+) since (\d\d:\d\d:\d\d)Z$/.exec(detail) ?? [];
  if (level === "") return undefined;
  const today = Date.parse(`${new Date(nowMs).toISOString().slice(0, 10)}T${clock}Z`);
  return { level, sinceMs: today > nowMs + 1000 ? today - 86_400_000 : today };
}

/** Watches the load of this machine from now on. */
function watchLoad(): { isFullForLong(): boolean } {
  const ticks = () => {
    const times = cpus().map((each) => each.times);
    return { idle: sum(times.map(({ idle }) => idle)), all: sum(times.flatMap((each) => Object.values(each))) };
  };
  const startMs = Date.now();
  const begun = ticks();
  return {
    isFullForLong() {
      const now = ticks();
      return Date.now() - startMs > longEnoughMs && 1 - (now.idle - begun.idle) / (now.all - begun.all) > fullWithoutUs;
    },
  };
}

/** Starts the load, and takes what the processors have left, for which everything else goes first. */
async function makeBusy(site: Site): Promise<{ end(): Promise<void> }> {
  const { loadSimulation } = await site.client.loads.startLoadSimulation({
    hosts: { hosts: ["web-1"] },
    load: { case: "profile", value: "process-churn" },
    seed: 1n,
  });
  const loadSimulationId = loadSimulation?.loadSimulationId ?? "";
  const becomes = (words: string, state: LoadState): Promise<true> =>
    eventually(
      `the load to ${words}`,
      async () => {
        const answer = await site.client.loads.getLoadSimulation({ loadSimulationId });
        return answer.loadSimulation?.state === state || undefined;
      },
      deadlineMs,
    );
  await becomes("run", LoadState.RUNNING);
  // It ends with its standard input, so that it never outlives the test.
  const program = `
    const { Worker } = require("node:worker_threads");
    for (let each = 0; each < ${availableParallelism()}; each++) new Worker("for (;;);", { eval: true });
    process.stdin.on("end", () => process.exit()).resume();`;
  const burner = spawn("nice", ["-n", "19", process.execPath, "-e", program], { stdio: ["pipe", "ignore", "ignore"] });
  const ended = once(burner, "exit");
  return {
    async end() {
      // False for one that has ended.
      if (!burner.kill("SIGKILL")) return;
      await ended;
      await site.client.loads.stopLoadSimulation({ loadSimulationId, reason: "seen enough" });
      await becomes("be over", LoadState.STOPPED);
    },
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, each) => total + each, 0);
}
