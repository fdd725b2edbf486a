import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { enqueueTasks, getTask } from "@phoenix/controller/tasks";
import { TaskAction } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import { HostState } from "@phoenix/gen/phoenix/controller/v1/fleet_pb.ts";
import { eventually } from "@phoenix/test/harness/eventually.ts";
import { type RunningCommand, startCommand } from "@phoenix/test/harness/phoenix-command.ts";
import { type ControllerSite, createControllerSite } from "../fleet/controller-site.ts";
import { nowMs } from "../report/monotonic.ts";

/** What killing a real agent in the middle of a program came to. */
export type AgentKill = { settledSeconds: number; state: string; effects: number };

// Its effect comes first, so that a kill while it sleeps is one after the effect and before the report.
const program = '#!/bin/sh\necho effect >> "$1"\nsleep 2\n';

/**
 * Has a real agent run a program, kills the agent after the program's effect
 * and before its end, and starts it again at once, as an init system would.
 * Gives how long until the controller knows how the task ended, and how often
 * the effect was there.
 */
export async function measureAgentKills(runs: number): Promise<AgentKill[]> {
  const folder = mkdtempSync(join(tmpdir(), "phoenix-bench-agent-"));
  const stateDir = join(folder, "agent");
  mkdirSync(stateDir, { mode: 0o700 });
  const script = join(folder, "job.sh");
  writeFileSync(script, program, { mode: 0o700 });
  const digest = createHash("sha256").update(program).digest("hex");
  writeFileSync(join(stateDir, "allowed-commands.json"), JSON.stringify([digest]), { mode: 0o600 });
  const site = await createControllerSite();
  let agent: RunningCommand | undefined;
  const startAgent = (environment: Record<string, string>): RunningCommand => {
    const address = `127.0.0.1:${site.agentPort}`;
    return startCommand(
      ["agent", "--controller", address, "--state-dir", stateDir, "--host-name", "bench"],
      environment,
    );
  };
  try {
    await site.start();
    const { secret } = await site.client.fleet.createEnrollmentToken({ maxUses: 1 });
    agent = startAgent({ PHOENIX_ENROLLMENT_TOKEN: secret });
    const kills: AgentKill[] = [];
    for (let run = 0; run < runs; run++) {
      const hostId = await onlineHost(site);
      const effects = join(folder, `effects-${run}`);
      const [taskId = ""] = await enqueueProgram(site, hostId, [script, effects]);
      await eventually("the program's effect", () => existsSync(effects) || undefined);
      const killedMs = nowMs();
      agent.child.kill("SIGKILL");
      await agent.result;
      agent = startAgent({});
      const state = await eventually("the end of the task", async () => {
        const task = await getTask(site.db, taskId);
        return task?.endedAt === null ? undefined : task?.state;
      });
      const settledSeconds = (nowMs() - killedMs) / 1000;
      kills.push({ settledSeconds, state, effects: readFileSync(effects, "utf8").trim().split("\n").length });
    }
    return kills;
  } finally {
    agent?.child.kill("SIGTERM");
    await agent?.result;
    await site.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function onlineHost({ client }: ControllerSite): Promise<string> {
  return eventually("the agent to be online", async () => {
    const { host } = await client.fleet.getHost({ hostId: "bench" });
    return host?.state === HostState.ONLINE ? host.hostId : undefined;
  });
}

function enqueueProgram({ db }: ControllerSite, hostId: string, argv: string[]): Promise<string[]> {
  const subject = { case: "command" as const, value: { argv } };
  const task = { hostId, kind: "command" as const, action: TaskAction.EXECUTE, subject, subjectName: "job" };
  return db.transaction((tx) => enqueueTasks(tx, [task]));
}
