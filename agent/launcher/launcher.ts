/**
 * Which process is meant, for good: a pid alone is reused, a pid with its start time is not within
 * one boot, and the boot id tells boots apart.
 */
export type ProcessIdentity = {
  /** The kernel's random id of this boot. */
  bootId: string;
  pid: number;
  /** Start time in clock ticks since boot, field 22 of proc_pid_stat(5). */
  startTicks: number;
};

/** A program to start. No shell is involved. */
export type LaunchCommand = {
  /** Absolute path of the program. */
  file: string;
  args: string[];
  /** The whole environment; nothing is inherited. */
  env: Record<string, string>;
  /** Working directory. */
  cwd: string;
  /** Where stdout and stderr go; an older file of this name becomes `<logFile>.1`. */
  logFile: string;
};

/** How a process ended. Both are null when only its parent could have known. */
export type Exit = { code: number | null; signal: NodeJS.Signals | null };

/** What a process has used so far, threads included. */
export type ProcessUsage = { cpuSeconds: number; rssBytes: number };

/** A process that was started or attached to, with its process group. */
export interface RunningProcess {
  readonly identity: ProcessIdentity;
  /** Resolves when the process has ended; never rejects. */
  readonly exited: Promise<Exit>;
  /**
   * Signals the whole group; false when nothing of it is left. A process that merely has the same
   * pid is never signalled.
   */
  signal(signal: NodeJS.Signals): boolean;
  /** What the process itself uses; null when it is gone. */
  usage(): ProcessUsage | null;
  /** Stops watching; the process goes on, and `exited` stays open from then on if it was attached to. */
  release(): void;
}

/** Starts programs that outlive their starter, and finds them again. */
export interface Launcher {
  /** Starts a program in a process group of its own; an Error when it cannot be started. */
  launch(command: LaunchCommand): Promise<RunningProcess>;
  /** Takes over a process started earlier; null when no process has this identity. */
  attach(identity: ProcessIdentity): RunningProcess | null;
  /** Finds a process by a variable of the environment it was started with; null when there is none. */
  find(variable: string, value: string): ProcessIdentity | null;
}
