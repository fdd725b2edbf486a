import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { LoadProcessPlan } from "./load-plan.ts";

/*
 * One process is the system's shell, run through a link that bears the wanted
 * name, because the kernel names a process after the file that was executed and
 * not after argv[0]. argv[0] stays "sh": a multi-call binary such as busybox
 * chooses its program by it.
 *
 * The shell waits for lines on its input. Each line is a number of turns of an
 * empty loop, answered with a dot; when the input ends, because its owner is
 * gone in whatever way, so does the shell. It starts no process of its own.
 */
const SHELL = "/bin/sh";
const SCRIPT = [
  // Fills memory by doubling 16 bytes; $1 is how often.
  "m=xxxxxxxxxxxxxxxx; i=0",
  'while [ "$i" -lt "$1" ]; do m=$m$m; i=$((i+1)); done',
  "while read -r n; do",
  '  i=0; while [ "$i" -lt "$n" ]; do i=$((i+1)); done',
  "  echo .",
  "done",
].join("\n");

/** A process that only waits needs no more than this; $2 of either is an argument to tell processes apart by. */
const IDLE_SCRIPT = "while read -r n; do :; done";

/** A burst is made to last about this long, so that CPU use is smooth and the shell hears soon that its input ended. */
const BURST_MS = 10;
const FEWEST_TURNS = 200;
const MOST_TURNS = 200_000;

/** A running process of a simulation. */
export interface LoadProcess {
  readonly pid: number;
  /** Resolves when the process has ended and was waited for. */
  readonly ended: Promise<void>;
  /** Ends the process at once. */
  kill(): void;
}

/** Path of the link that a process of this name is run through. */
export function linkPath(folder: string, name: string): string {
  return join(folder, name);
}

/** What the links point at. */
export const linkTarget: string = SHELL;

/**
 * Starts a process; `folder` holds the link for its name. Resolves when it bears
 * its name. Rejects when the host refuses another process.
 */
export async function startLoadProcess(
  plan: LoadProcessPlan,
  folder: string,
  random: () => number,
): Promise<LoadProcess> {
  // Rounded down: not more than was asked for.
  const doublings = plan.memoryBytes > 0 ? Math.max(0, Math.floor(Math.log2(plan.memoryBytes / 16))) : 0;
  const script = plan.cpuRatio > 0 || doublings > 0 ? SCRIPT : IDLE_SCRIPT;
  const own = plan.argument === undefined ? [] : [plan.argument];
  const child = spawn(linkPath(folder, plan.name), ["-c", script, "load", String(doublings), ...own], {
    argv0: "sh",
    // Nothing of the agent's environment: it may hold secrets, and /proc shows it.
    env: { PATH: "/usr/bin:/bin" },
    cwd: "/",
    stdio: ["pipe", plan.cpuRatio > 0 ? "pipe" : "ignore", "ignore"],
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  // A write or a signal that finds the process gone: its end is told by "close", a failure to start by the wait below.
  child.on("error", () => {});
  child.stdin!.on("error", () => {});
  await once(child, "spawn");
  if (plan.cpuRatio > 0) keepBusy(child, plan.cpuRatio, random);
  return {
    pid: child.pid!,
    ended,
    kill: () => {
      child.kill("SIGKILL");
    },
  };
}

/**
 * Sends bursts so that the process uses at most this share of a core: the pause
 * after a burst follows from how long the burst took on the clock, which is at
 * least the CPU time it used, whatever the machine's speed.
 */
function keepBusy(child: ChildProcess, cpuRatio: number, random: () => number): void {
  let turns = FEWEST_TURNS;
  let sentMs = 0;
  let timer: NodeJS.Timeout;
  const send = (): void => {
    sentMs = performance.now();
    child.stdin!.write(`${Math.round(turns)}\n`);
  };
  child.stdout!.on("data", () => {
    const tookMs = Math.max(performance.now() - sentMs, 0.1);
    turns = Math.min(Math.max(turns * Math.min(Math.max(BURST_MS / tookMs, 0.5), 2), FEWEST_TURNS), MOST_TURNS);
    timer = setTimeout(send, tookMs * (1 / cpuRatio - 1));
  });
  child.once("close", () => clearTimeout(timer));
  // Not all at once.
  timer = setTimeout(send, random() * 1_000);
}
