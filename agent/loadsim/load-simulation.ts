import { type ChildProcess, fork } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LoadProfile } from "@phoenix/gen/phoenix/load/v1/load_profile_pb.ts";
import { Code, ErrorReason, phoenixError } from "@phoenix/platform/errors";
import type { Logger } from "@phoenix/platform/logging";
import { readHostFacts, requireLinux } from "../probes/index.ts";
import type { HostOrder, HostReport } from "./host-message.ts";
import { type LoadLimits, limitsOfHost } from "./load-limits.ts";
import { planLoad } from "./plan-load.ts";
import type { CrewChange, CrewMember } from "./roster.ts";

/** What a simulation needs. */
export interface LoadSimulationOptions {
  /** Its id, for the log. */
  readonly id: string;
  /** The kind of load. */
  readonly definition: LoadProfile;
  /** Processes at a time; 0 takes the profile's own number, more than its most are cut to that. */
  readonly processes: number;
  /** Seed of the random choices; the same seed makes the same load. */
  readonly seed: number | bigint;
  /** The simulation ends by itself after this long; 0 takes one hour, and 24 hours are the most. */
  readonly maxDurationMs: number;
  readonly logger: Logger;
  /** What all of it may take; the host's own limits by default. */
  readonly limits?: LoadLimits;
}

/** What runs after a start. */
export interface StartedLoad {
  /** Names of all its processes, each once, sorted. */
  readonly processNames: string[];
  /** Names whose processes run for the whole time: fit for must-keep expressions. Sorted. */
  readonly longLivedNames: string[];
  /** How many processes run. */
  readonly count: number;
  /** What is not as asked, in one line; empty when all is. */
  readonly detail: string;
}

/** How a simulation stands: `over` ended as planned, `failed` otherwise. */
export type LoadSimulationState = "idle" | "starting" | "running" | "over" | "failed";

/** A simulation as it stands now. */
export interface LoadSimulationStatus {
  readonly state: LoadSimulationState;
  /** Processes that run now. */
  readonly members: readonly CrewMember[];
  /** Pid of the process that holds them; 0 when there is none. */
  readonly hostPid: number;
  /** Processes begun so far. */
  readonly spawned: number;
  /** What is not as asked, in one line; empty when all is. */
  readonly detail: string;
  /** Why it failed, in one line; empty otherwise. */
  readonly failure: string;
}

/** A load simulation on this host. */
export interface LoadSimulation {
  /** Resolves when all its processes run. Throws PhoenixError, with nothing left behind, when they cannot. A simulation starts once. */
  start(): Promise<StartedLoad>;
  /** Resolves when all its processes are gone. Stopping twice, or before a start, is fine. */
  stop(): Promise<void>;
  /** How it stands now. */
  status(): LoadSimulationStatus;
  /** Resolves with the last status when it has ended, by itself or by `stop`. */
  readonly ended: Promise<LoadSimulationStatus>;
}

const DEFAULT_DURATION_MS = 3_600_000;
const START_DEADLINE_MS = 90_000;
const STOP_DEADLINE_MS = 10_000;

/** Makes a load simulation. Throws PhoenixError INVALID_FIELD for a request that cannot be planned, UNIMPLEMENTED where this is not Linux. */
export function createLoadSimulation(options: LoadSimulationOptions): LoadSimulation {
  requireLinux("Simulating load");
  const { limits = limitsOfHost(readHostFacts()) } = options;
  const { plan, reductions } = planLoad(options, limits);
  const expectedLongLived = plan.processes.filter(({ shortLived }) => !shortLived).length;
  const logger = options.logger.child({ loadSimulationId: options.id });
  const maxDurationMs = Math.min(options.maxDurationMs || DEFAULT_DURATION_MS, limits.durationMs);
  const up = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<LoadSimulationStatus>();
  let host: ChildProcess | undefined;
  let folder: string | undefined;
  let state: LoadSimulationState = "idle";
  const members = new Map<number, CrewMember>();
  let spawned = 0;
  let refused = 0;
  let refusal = "";
  let failure = "";
  let stopped = false;

  function status(): LoadSimulationStatus {
    return {
      state,
      members: [...members.values()],
      spawned,
      detail: detail(),
      failure,
      hostPid: state === "starting" || state === "running" ? (host?.pid ?? 0) : 0,
    };
  }

  function detail(): string {
    const words = [...reductions];
    if (refused > 0) {
      words.push(`the host would not begin ${refused} ${refused === 1 ? "process" : "processes"} (${refusal})`);
    }
    // Whoever ended them, they are not there: only those that come and go are begun again.
    const lost = expectedLongLived - [...members.values()].filter(({ shortLived }) => !shortLived).length;
    if (state === "running" && plan.chaos === undefined && lost > 0) {
      words.push(`${lost} long-lived ${lost === 1 ? "process has" : "processes have"} ended`);
    }
    return words.join("; ");
  }

  function take(changes: readonly CrewChange[]): void {
    for (const change of changes) {
      if (typeof change === "number") members.delete(change);
      else members.set(change.pid, change);
    }
  }

  function hear(message: HostReport): void {
    switch (message.kind) {
      case "up": {
        const order: HostOrder = { plan, folder: folder!, maxDurationMs };
        host!.send(order);
        break;
      }
      case "changed":
        take(message.changes);
        ({ spawned, refused, refusal } = message);
        break;
      case "running":
        if (state === "starting") state = "running";
        up.resolve();
        break;
      case "over":
        state = "over";
        break;
      case "failed":
        failure = message.message;
        break;
    }
  }

  /** The host has ended; its crew has ended before it, or ends now that its inputs are closed. */
  async function settle(code: number | null, signal: NodeJS.Signals | null): Promise<void> {
    members.clear();
    if (state !== "over" && !stopped) {
      state = "failed";
      failure ||= `The process that holds the load ended unexpectedly (${signal ?? `code ${code}`}).`;
      logger.warn({ failure }, "The load simulation failed.");
    } else {
      state = "over";
    }
    try {
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    } catch (error) {
      // Links that stay behind harm nobody; whoever waits for the end must hear of it all the same.
      logger.warn({ err: error, folder }, "The folder of a load simulation could not be removed.");
    }
    up.reject(startFailure(failure || "It was stopped before all its processes ran."));
    ended.resolve(status());
  }

  function startFailure(why: string): Error {
    return phoenixError(
      ErrorReason.INTERNAL,
      `The load simulation could not start: ${why} Ask for fewer processes, or raise the host's limit of processes.`,
      { code: Code.ResourceExhausted },
    );
  }

  async function stop(): Promise<void> {
    stopped = true;
    if (state === "idle") await settle(null, null);
    if (host?.connected) host.disconnect();
    const overdue = setTimeout(() => {
      // Not waited for yet, so the pid is still the host's; it leads the group of all its processes.
      if (host?.pid !== undefined && host.exitCode === null && host.signalCode === null)
        process.kill(-host.pid, "SIGKILL");
    }, STOP_DEADLINE_MS);
    await ended.promise;
    clearTimeout(overdue);
  }

  // A caller that only stops never awaits the start.
  up.promise.catch(() => {});

  return {
    async start() {
      if (state !== "idle") throw new Error("A load simulation starts once.");
      state = "starting";
      folder = await mkdtemp(join(tmpdir(), "phoenix-loadsim-"));
      if (stopped) {
        await settle(null, null);
        return up.promise as Promise<never>;
      }
      host = fork(join(import.meta.dirname, "load-host.ts"), {
        // A group of its own, so that a signal to the agent's group leaves the order of the end to the channel.
        detached: true,
        env: { PATH: process.env.PATH },
        execArgv: [],
        stdio: ["ignore", "ignore", "inherit", "ipc"],
      });
      host.on("message", hear);
      host.on("error", (error) => {
        failure ||= error.message;
        if (host?.pid === undefined) void settle(null, null);
      });
      host.once("exit", (code, signal) => {
        // The host's last words may still be on the channel, and "close" does not come when this side closed it.
        if (host?.connected) host.once("disconnect", () => void settle(code, signal));
        else void settle(code, signal);
      });
      const overdue = setTimeout(() => {
        failure = `Its processes did not run within ${START_DEADLINE_MS / 1_000} s.`;
        if (host?.connected) host.disconnect();
      }, START_DEADLINE_MS);
      try {
        await up.promise;
      } finally {
        clearTimeout(overdue);
      }
      const running = [...members.values()];
      const namesOf = (some: readonly CrewMember[]): string[] => [...new Set(some.map(({ name }) => name))].sort();
      const started: StartedLoad = {
        processNames: namesOf(running),
        longLivedNames: namesOf(running.filter(({ shortLived }) => !shortLived)),
        count: running.length,
        detail: detail(),
      };
      const { count } = started;
      logger.info({ count, profile: options.definition.name, detail: started.detail }, "The load simulation runs.");
      return started;
    },
    stop,
    status,
    ended: ended.promise,
  };
}
