/*
 * A process between the agent and the processes of one simulation. Its channel
 * to the agent breaks when the agent ends, even by SIGKILL, and then it ends the
 * crew and itself. Should it be killed itself, the crew's inputs end, and so do
 * they. Nothing imports this file; load-simulation.ts runs it.
 */
import { rm } from "node:fs/promises";
import type { HostOrder, HostReport } from "./host-message.ts";
import { createLoadCrew, type LoadCrew } from "./load-crew.ts";
import type { CrewChange } from "./roster.ts";

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
  // The agent removes it as well and says what is in the way; where it is gone, nobody is left to be told.
  if (folder !== undefined) await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  await report(last);
  if (process.connected) process.disconnect();
}

/** Changes are told together: a crew that comes and goes would otherwise keep the agent busy with telling. */
const TELL_AFTER_MS = 200;

async function run(order: HostOrder): Promise<void> {
  folder = order.folder;
  const changes: CrewChange[] = [];
  let telling: NodeJS.Timeout | undefined;
  const tell = (): void => {
    clearTimeout(telling);
    telling = undefined;
    if (changes.length === 0) return;
    const { spawned, refused, refusal } = hosted;
    void report({ kind: "changed", changes: changes.splice(0), spawned, refused, refusal });
  };
  const hosted = createLoadCrew({
    plan: order.plan,
    folder: order.folder,
    onChange(change) {
      changes.push(change);
      if (!ending) telling ??= setTimeout(tell, TELL_AFTER_MS);
    },
  });
  crew = hosted;
  try {
    await hosted.start();
  } catch (error) {
    return end({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
  }
  if (ending) return;
  tell();
  void report({ kind: "running" });
  setTimeout(() => void end({ kind: "over" }), order.maxDurationMs).unref();
}

process.once("message", (order: HostOrder) => void run(order));
process.once("disconnect", () => void end({ kind: "over" }));
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => void end({ kind: "over" }));
void report({ kind: "up" });
