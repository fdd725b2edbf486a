import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** A process as /proc shows it. */
export type SeenProcess = { pid: number; ppid: number; state: string; commandLine: string; environment: string };

/** Every process of this machine, as far as this user may see it. */
export function seeProcesses(): SeenProcess[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, "utf8");
        const [state = "", ppid = "0"] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        const commandLine = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ").trim();
        return [
          { pid: Number(name), ppid: Number(ppid), state, commandLine, environment: `${cwd(name)}\0${environ(name)}` },
        ];
      } catch (error) {
        if (isGone(error)) return [];
        throw error;
      }
    });
}

/**
 * Processes that belong to a folder: it is in their command line, their
 * environment or their working directory. Zombies, which only wait to be
 * reaped, are left out.
 */
export function processesOf(folder: string): SeenProcess[] {
  return seeProcesses().filter(
    ({ pid, state, commandLine, environment }) =>
      pid !== process.pid && state !== "Z" && (commandLine.includes(folder) || environment.includes(folder)),
  );
}

function cwd(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch (error) {
    if (isGone(error)) return "";
    throw error;
  }
}

function environ(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8");
  } catch (error) {
    if (isGone(error)) return "";
    throw error;
  }
}

/** The process ended meanwhile, or belongs to someone else. */
function isGone(error: unknown): boolean {
  return ["ENOENT", "ESRCH", "EACCES", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "");
}
