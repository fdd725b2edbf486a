import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "@phoenix/platform/logging";
import { createProcessLauncher } from "../launcher/index.ts";

/** Begin of the name of the folder a program runs in, in the state directory. */
export const programFolderPrefix = "command-";

/** Variable in a program's environment that names its folder: by it a later agent knows the program. */
export const programFolderVariable = "PHX_COMMAND_FOLDER";

/**
 * Kills the programs that an agent which died left running, with their groups,
 * and removes their folders: nobody watches over their time-outs any more, and
 * their tasks are reported as interrupted.
 */
export async function reapPrograms(directory: string, logger: Logger): Promise<void> {
  const launcher = createProcessLauncher();
  const entries = await readdir(directory, { withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isDirectory() || !entry.name.startsWith(programFolderPrefix)) continue;
    const folder = join(directory, entry.name);
    const identity = launcher.find(programFolderVariable, folder);
    const program = identity === null ? null : launcher.attach(identity);
    if (program?.signal("SIGKILL") === true) {
      logger.warn({ pid: program.identity.pid }, "a program that an earlier agent had begun still ran and was killed");
      await program.exited;
    }
    await rm(folder, { recursive: true, force: true });
  }
}
