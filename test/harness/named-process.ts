import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, realpathSync } from "node:fs";
import { join } from "node:path";

/** A process under a name of its own. */
export type NamedProcess = {
  /** Ends it and waits until it is gone. Twice is fine. */
  end(): Promise<void>;
};

/**
 * Starts a process that only sleeps and that /proc, and so a collector, knows by this name, of at most
 * 15 bytes. Its program is a copy in `folder`.
 */
export function startNamedProcess(folder: string, name: string): NamedProcess {
  const program = join(folder, name);
  copyFileSync(realpathSync("/bin/sleep"), program);
  // Told that it is "sleep", for where one program serves all such commands by the name it is called by.
  const child = spawn(program, ["3600"], { argv0: "sleep", stdio: "ignore" });
  const ended = once(child, "exit");
  return {
    async end() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
