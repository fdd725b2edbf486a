import { createHash } from "node:crypto";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { basename, isAbsolute, join } from "node:path";
import { durationMs } from "@bufbuild/protobuf/wkt";
import { TaskAction } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import { readAllowedCommands } from "./allowed-commands.ts";
import { completed, failed, type SubjectOf, type TaskExecutor } from "./executor.ts";
import { programFolderPrefix, programFolderVariable } from "./reap-programs.ts";
import { runProgram } from "./run-program.ts";

const defaultTimeoutMs = 60_000;
const longestTimeoutMs = 10 * 60_000;
const maxOutputBytes = 64 * 1024;

/**
 * Creates the executor of programs. Off unless the host's own list has the
 * digest of the program's file. What runs is a private copy of the very bytes
 * that were checked, so a file changed between check and start does not run.
 */
export function createCommandExecutor(directory: string): TaskExecutor<SubjectOf<"command">> {
  return async ({ argv, timeout }, action, { signal }) => {
    if (action !== TaskAction.EXECUTE) return failed("A program can only be executed.", false);
    const [program] = argv;
    if (program === undefined || !isAbsolute(program)) return failed("The program has to be an absolute path.", false);
    const allowed = await readAllowedCommands(directory);
    if ("refusal" in allowed) return failed(`Programs are not run on this host: ${allowed.refusal}.`, false);
    let bytes: Buffer;
    try {
      bytes = await readFile(program);
    } catch (error) {
      return failed(`${program} cannot be read: ${(error as NodeJS.ErrnoException).code ?? "unknown error"}.`, false);
    }
    const digest = createHash("sha256").update(bytes).digest("hex");
    if (!allowed.digests.has(digest)) {
      return failed(`${program} (SHA-256 ${digest}) is not among the programs this host allows.`, false);
    }
    const folder = await mkdtemp(join(directory, programFolderPrefix));
    try {
      const copy = join(folder, basename(program));
      await writeFile(copy, bytes, { mode: 0o500, flag: "wx" });
      await chmod(copy, 0o500);
      const wanted = timeout === undefined ? 0 : durationMs(timeout);
      const timeoutMs = Math.min(wanted > 0 ? wanted : defaultTimeoutMs, longestTimeoutMs);
      const environment = { [programFolderVariable]: folder };
      const end = await runProgram(copy, argv, { timeoutMs, maxOutputBytes, cwd: folder, environment, signal });
      if (end.trouble !== "") return failed(`${program} did not end well: ${end.trouble}.\n${end.output}`, false);
      if (end.status !== 0) return failed(`${program} ended with status ${end.status}.\n${end.output}`, false);
      return completed(end.output);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
}
