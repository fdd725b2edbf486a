import { spawn } from "node:child_process";

/** How a program ended and what it wrote. */
export type ProgramEnd = {
  /** Exit status; null when it was killed or could not start. */
  status: number | null;
  /** Why it did not end by itself, in one line; empty when it did. */
  trouble: string;
  /** Standard output and error, interleaved, at most `maxOutputBytes`. */
  output: string;
};

/**
 * Runs a program without a shell, with a bare environment and no input, in a
 * process group of its own; the whole group is killed at the time-out or the abort.
 */
export function runProgram(
  file: string,
  argv: readonly string[],
  limits: {
    timeoutMs: number;
    maxOutputBytes: number;
    cwd: string;
    /** Added to the bare environment. */
    environment: Record<string, string>;
    signal: AbortSignal;
  },
): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let room = limits.maxOutputBytes;
    let trouble = "";
    const child = spawn(file, argv.slice(1), {
      argv0: argv[0] ?? file,
      cwd: limits.cwd,
      detached: true,
      env: { PATH: "/usr/local/bin:/usr/bin:/bin", LANG: "C.UTF-8", ...limits.environment },
      shell: false,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const keep = (chunk: Buffer): void => {
      if (room > 0) chunks.push(chunk.subarray(0, room));
      room -= Math.min(room, chunk.length);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);

    const kill = (why: string): void => {
      trouble ||= why;
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, "SIGKILL");
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        // It ended a moment before.
        if (code === "ESRCH") return;
        // All that is left of it runs as somebody else (EPERM): it may hold its pipes open for as long as it likes.
        trouble = [trouble, `what is left of it could not be ended (${code})`]
          .filter((words) => words !== "")
          .join("; ");
        child.stdout.destroy();
        child.stderr.destroy();
        child.unref();
        end(child.exitCode);
      }
    };
    const onAbort = (): void => kill("it was called off while it ran and was killed");
    const timer = setTimeout(() => kill(`it ran longer than ${limits.timeoutMs} ms and was killed`), limits.timeoutMs);
    limits.signal.addEventListener("abort", onAbort, { once: true });
    const end = (status: number | null): void => {
      clearTimeout(timer);
      limits.signal.removeEventListener("abort", onAbort);
      resolve({ status, trouble, output: Buffer.concat(chunks).toString("utf8") });
    };
    // What it left running in its group goes with it, and with that the pipes that would keep this waiting.
    child.once("exit", () => kill(""));
    child.once("close", end);
    child.once("error", (error) => {
      trouble = `it could not be started: ${error.message}`;
      end(null);
    });
  });
}
