import { appendFileSync, writeFileSync } from "node:fs";
import type { Exit, LaunchCommand, Launcher, ProcessIdentity, RunningProcess } from "./launcher.ts";

/** What a scripted process does. */
export type Script = {
  /** Ends by itself, at once, like this. */
  exit?: Exit;
  /** Written to the log file at the start. */
  output?: string;
  /** Signals it does not react to; SIGKILL always works. */
  ignores?: NodeJS.Signals[];
  /** The start fails with this message. */
  refusal?: string;
};

/** A process that only pretends; a test ends it, or reads which signals it was sent. */
export interface ScriptedProcess extends RunningProcess {
  readonly command: LaunchCommand;
  readonly signals: readonly NodeJS.Signals[];
  readonly ended: boolean;
  /** Ends the process; ending it twice is fine. */
  end(exit: Exit, output?: string): void;
}

/** A launcher that starts nothing. */
export interface ScriptedLauncher extends Launcher {
  /** Everything launched so far, in order. */
  readonly launched: readonly ScriptedProcess[];
}

/** Creates a launcher whose processes do what `script` says for their command; without one they run until signalled. */
export function createScriptedLauncher(
  script: (command: LaunchCommand, launches: number) => Script = () => ({}),
): ScriptedLauncher {
  const launched: ScriptedProcess[] = [];
  const running = (identity: ProcessIdentity): ScriptedProcess | undefined =>
    launched.find((one) => !one.ended && sameIdentity(one.identity, identity));
  return {
    launched,
    async launch(command) {
      const played = script(command, launched.length);
      if (played.refusal !== undefined) throw new Error(played.refusal);
      writeFileSync(command.logFile, played.output ?? "", { mode: 0o600 });
      // Far above any real pid, so that a mistake could never reach a living process.
      const identity = { bootId: "scripted", pid: 2 ** 30 + launched.length, startTicks: 1_000 + launched.length };
      const process = scriptedProcess(identity, command, played);
      launched.push(process);
      if (played.exit) process.end(played.exit);
      return process;
    },
    attach: (identity) => running(identity) ?? null,
    find: (variable, value) =>
      launched.find((one) => !one.ended && one.command.env[variable] === value)?.identity ?? null,
  };
}

function scriptedProcess(identity: ProcessIdentity, command: LaunchCommand, script: Script): ScriptedProcess {
  const signals: NodeJS.Signals[] = [];
  const { promise: exited, resolve } = Promise.withResolvers<Exit>();
  let ended = false;
  const end = (exit: Exit, output?: string): void => {
    if (ended) return;
    if (output !== undefined) appendFileSync(command.logFile, output);
    ended = true;
    resolve(exit);
  };
  return {
    identity,
    command,
    signals,
    exited,
    end,
    get ended() {
      return ended;
    },
    signal(signal) {
      if (ended) return false;
      signals.push(signal);
      if (signal === "SIGKILL" || !script.ignores?.includes(signal)) end({ code: null, signal });
      return true;
    },
    usage: () => (ended ? null : { cpuSeconds: 0.5, rssBytes: 50 * 1024 * 1024 }),
    release: () => undefined,
  };
}

function sameIdentity(one: ProcessIdentity, other: ProcessIdentity): boolean {
  return one.bootId === other.bootId && one.pid === other.pid && one.startTicks === other.startTicks;
}
