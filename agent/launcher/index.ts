/**
 * Starting programs that outlive the agent, signalling them, and finding them again. A process is
 * known by boot id, pid and start time together; nothing is signalled that does not match all three.
 *
 * launcher: the interface · process-launcher: children of the agent · attached-process: what an
 * earlier agent started · process-group: whom a signal reaches · log-file: what a program wrote ·
 * scripted-launcher: a fake that starts nothing. When to start and stop is the supervisor's business.
 */
export type { Exit, LaunchCommand, Launcher, ProcessIdentity, ProcessUsage, RunningProcess } from "./launcher.ts";
export { createLogFile, type LogFile } from "./log-file.ts";
export { createProcessLauncher } from "./process-launcher.ts";
export {
  createScriptedLauncher,
  type Script,
  type ScriptedLauncher,
  type ScriptedProcess,
} from "./scripted-launcher.ts";
