import { spawn } from "node:child_process";

/** What a program that ended left behind. */
export type ProgramResult = { exitCode: number; stdout: string; stderr: string };

/** How to run a program; `env` is its whole environment, `onLine` sees each line of stderr as it comes. */
export type ProgramOptions = {
  env: Record<string, string | undefined>;
  timeoutMs: number;
  cwd?: string;
  signal?: AbortSignal | undefined;
  onLine?: (line: string) => void;
};

const keptOutputBytes = 1024 * 1024;

/**
 * Runs a program to its end, without a shell, in a process group of its own.
 * A non-zero exit is a result; a program that cannot start, takes longer than `timeoutMs`
 * or is aborted is an Error, and nothing of its group is left running.
 */
export async function runProgram(file: string, args: string[], options: ProgramOptions): Promise<ProgramResult> {
  options.signal?.throwIfAborted();
  const child = spawn(file, args, {
    cwd: options.cwd,
    env: options.env as NodeJS.ProcessEnv,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const stdout = keepTail(child.stdout);
  const stderr = keepTail(child.stderr, options.onLine);
  return await new Promise((resolve, reject) => {
    let killedBecause: Error | undefined;
    const kill = (reason: Error) => {
      killedBecause = reason;
      if (child.pid !== undefined) killGroup(child.pid);
    };
    const timer = setTimeout(
      () => kill(new Error(`${file} did not end within ${options.timeoutMs / 1000} s`)),
      options.timeoutMs,
    );
    const abort = () => kill(new Error(`${file} was interrupted`));
    options.signal?.addEventListener("abort", abort);
    const settle = () => {
      clearTimeout(timer);
      options.signal?.removeEventListener("abort", abort);
    };
    child.once("error", (error) => {
      settle();
      reject(error);
    });
    child.once("close", (code) => {
      settle();
      if (killedBecause) reject(killedBecause);
      else resolve({ exitCode: code ?? -1, stdout: stdout(), stderr: stderr() });
    });
  });
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    // ESRCH: the group ended between the decision and the signal, which is what was wanted.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function keepTail(stream: NodeJS.ReadableStream, onLine?: (line: string) => void): () => string {
  let text = "";
  let open = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    text = (text + chunk).slice(-keptOutputBytes);
    if (!onLine) return;
    const lines = (open + chunk).split("\n");
    open = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  });
  return () => text;
}
