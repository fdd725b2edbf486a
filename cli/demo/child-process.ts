import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";

const entry = fileURLToPath(new URL("../bin/phoenix.mjs", import.meta.url));

/** A `phoenix` process of its own, in its own process group, so that Ctrl-C reaches it only through us. */
export type PhoenixProcess = {
  readonly name: string;
  /** Fulfilled when it ended. */
  readonly ended: Promise<void>;
  hasEnded(): boolean;
  /** The last lines it wrote. */
  lastWords(): string;
  /** Asks it to end, waits up to `graceMs`, then kills it. Twice is fine. */
  stop(graceMs?: number): Promise<void>;
};

/** Starts `phoenix <args>`; what it writes goes to `logPath`. */
export function startPhoenix(
  name: string,
  args: string[],
  logPath: string,
  environment: Record<string, string> = {},
): PhoenixProcess {
  const log = openSync(logPath, "a", 0o600);
  const child: ChildProcess = spawn(process.execPath, [entry, ...args], {
    stdio: ["ignore", log, log],
    detached: true,
    env: { ...process.env, ...environment },
  });
  closeSync(log);
  const ended = once(child, "exit").then(() => undefined);
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    name,
    ended,
    hasEnded,
    lastWords: () => readFileSync(logPath, "utf8").trimEnd().split("\n").slice(-5).join("\n"),
    async stop(graceMs = 20_000) {
      if (hasEnded()) return;
      child.kill("SIGTERM");
      const killer = setTimeout(() => child.kill("SIGKILL"), graceMs);
      await ended;
      clearTimeout(killer);
    },
  };
}

/** Fails in one line when a process ends that should not. */
export async function failWhenEnded(process: PhoenixProcess): Promise<never> {
  await process.ended;
  throw new CommandError(`${process.name} ended; its last words:\n${process.lastWords()}`, exitCodes.internal);
}
