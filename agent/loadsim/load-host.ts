/*
 * A process between the agent and the processes of one simulation. Its channel
 * to the agent breaks when the agent ends, even by SIGKILL, and then it ends the
 * crew and itself. Should it be killed itself, the crew's inputs end, and so do
 * they. Nothing imports this file; load-simulation.ts runs it.
 */
import { rm } from "node:fs/promises";
import type { HostOrder, HostReport } from "./host-message.ts";
import { createLoadCrew, type LoadCrew } from "./load-crew.ts";

process.title = "loadsim-host";

let crew: LoadCrew | undefined;
let folder: string | undefined;
let ending = false;

/** Resolves when the message is on its way. An agent that is gone hears nothing; its end is told by "disconnect". */
function report(message: HostReport): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send?.(message, undefined, undefined, () => resolve());
    else resolve();
  });
}

async function end(last: HostReport): Promise<void> {
  if (ending) return;
  ending = true;
  await crew?.stop();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  await report(last);
  if (process.connected) process.disconnect();
}

async function run(order: HostOrder): Promise<void> {
  folder = order.folder;
  let changed = false;
  const hosted = createLoadCrew({
    plan: order.plan,
    folder: order.folder,
    onChange: () => {
      // One report for all that changes in one turn.
      if (changed) return;
      changed = true;
      setImmediate(() => {
        changed = false;
        if (!ending) void report({ kind: "running", members: hosted.members, respawns: hosted.respawns });
      });
    },
  });
  crew = hosted;
  try {
    await hosted.start();
  } catch (error) {
    return end({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
  }
  if (ending) return;
  void report({ kind: "running", members: hosted.members, respawns: 0 });
  setTimeout(() => void end({ kind: "over" }), order.maxDurationMs).unref();
}

process.once("message", (order: HostOrder) => void run(order));
process.once("disconnect", () => void end({ kind: "over" }));
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => void end({ kind: "over" }));
void report({ kind: "up" });
