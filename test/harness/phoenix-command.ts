import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const entry = fileURLToPath(new URL("../../cli/bin/phoenix.mjs", import.meta.url));

/** What a command did. */
export type CommandResult = { code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string };

/** A command that runs. */
export type RunningCommand = {
  child: ChildProcess;
  result: Promise<CommandResult>;
  output(): string;
  /** The same so far, apart. */
  said(): Pick<CommandResult, "stdout" | "stderr">;
};

/** Starts `phoenix <args>` as a process of its own. */
export function startCommand(args: string[], environment: Record<string, string> = {}, cwd?: string): RunningCommand {
  const child = spawn(process.execPath, [entry, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
    env: { ...process.env, ...environment },
    ...(cwd === undefined ? {} : { cwd }),
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const result = once(child, "close").then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
    stdout,
    stderr,
  }));
  return { child, result, output: () => stdout + stderr, said: () => ({ stdout, stderr }) };
}

/** Runs `phoenix <args>` to its end. */
export function runCommand(args: string[], environment?: Record<string, string>, cwd?: string): Promise<CommandResult> {
  return startCommand(args, environment, cwd).result;
}
