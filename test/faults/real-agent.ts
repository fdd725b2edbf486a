import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TaskAction } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import { HostState } from "@phoenix/gen/phoenix/controller/v1/fleet_pb.ts";
import { eventually } from "../harness/eventually.ts";
import { type RunningCommand, startCommand } from "../harness/phoenix-command.ts";
import type { FaultSite } from "./site.ts";

/** The product's own agent as a process, on a host that allows one program, which leaves a line for each of its runs. */
export type RealAgent = {
  readonly hostId: string;
  readonly stateDir: string;
  /** Starts it with what its state directory holds, and waits until its host is online. */
  start(): Promise<void>;
  kill(): Promise<void>;
  signal(name: NodeJS.Signals): void;
  stop(): Promise<void>;
  output(): string;
  /** Enqueues one run of the program, which takes this long; gives the task's id. */
  run(seconds: number): Promise<string>;
  /** How often the program was begun for a task. */
  begun(taskId: string): number;
  /** Waits until a run is begun. */
  untilBegun(taskId: string): Promise<void>;
  /** Puts the effects seen on record; once, at the end of a row. */
  recordEffects(): void;
};

const program = `#!/bin/sh
echo "begin $1" >> "$2"
sleep "$3"
echo "end $1" >> "$2"
`;

/** Enrols a host and starts its agent against the first controller. */
export async function createRealAgent(site: FaultSite, hostName: string): Promise<RealAgent> {
  const [controller] = site.replicas;
  if (controller === undefined) throw new Error("the site has no controller");
  const stateDir = join(site.folder, hostName);
  const [script, diary] = [join(site.folder, `${hostName}.sh`), join(site.folder, `${hostName}.log`)];
  mkdirSync(stateDir, { mode: 0o700 });
  writeFileSync(script, program);
  chmodSync(script, 0o755);
  const digest = createHash("sha256").update(program).digest("hex");
  writeFileSync(join(stateDir, "allowed-commands.json"), JSON.stringify([digest]), { mode: 0o600 });

  let command: RunningCommand | undefined;
  let outputBefore = "";
  const names = new Map<string, string>();
  let runs = 0;

  const host = async () => (await controller.client.fleet.getHost({ hostId: hostName })).host;
  const begin = async (environment: Record<string, string>): Promise<string> => {
    const given = [
      "--controller",
      `127.0.0.1:${controller.proxy.port}`,
      "--state-dir",
      stateDir,
      "--host-name",
      hostName,
    ];
    const started = startCommand(["agent", ...given], { PHOENIX_FAULTS_FOLDER: site.folder, ...environment });
    command = started;
    return eventually("a session of the agent", async () => {
      if (started.child.exitCode !== null) throw new Error(`the agent ended: ${started.output()}`);
      const found = await host();
      return found?.state === HostState.ONLINE && started.output().includes("the agent runs")
        ? found.hostId
        : undefined;
    });
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (command === undefined) return;
    const ending = command;
    command = undefined;
    ending.child.kill(signal);
    await ending.result;
    outputBefore += ending.output();
  };
  const lines = (): string[] => (existsSync(diary) ? readFileSync(diary, "utf8").split("\n") : []);
  const count = (verb: string, taskId: string): number =>
    lines().filter((line) => line === `${verb} ${names.get(taskId)}`).length;

  const { secret } = await controller.client.fleet.createEnrollmentToken({ maxUses: 1 });
  const hostId = await begin({ PHOENIX_ENROLLMENT_TOKEN: secret });
  return {
    hostId,
    stateDir,
    async start() {
      await begin({});
    },
    kill: () => end("SIGKILL"),
    signal: (name) => void command?.child.kill(name),
    stop: () => end("SIGTERM"),
    output: () => outputBefore + (command?.output() ?? ""),
    async run(seconds) {
      const name = `run-${++runs}`;
      const argv = [script, name, diary, String(seconds)];
      const taskId = await site.enqueue(hostId, {
        kind: "command",
        action: TaskAction.EXECUTE,
        subject: { case: "command", value: { argv } },
        subjectName: name,
      });
      names.set(taskId, name);
      return taskId;
    },
    begun: (taskId) => count("begin", taskId),
    async untilBegun(taskId) {
      await eventually("the program to begin", () => count("begin", taskId) > 0 || undefined);
    },
    recordEffects() {
      for (const taskId of names.keys()) {
        // The program does not know its try: whichever it was, the program may be begun once.
        for (let n = 0; n < count("begin", taskId); n++) {
          site.history.record({ kind: "effect-begun", hostId, taskId, attempt: 1, resumed: false });
        }
      }
    },
  };
}
