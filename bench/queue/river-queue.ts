import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Job, Queue, QueueDriver } from "./queue-driver.ts";
import { buildRiver, type RiverProgram } from "./river-program.ts";

/** What the worker says; the same as `line` in river/main.go. */
type Line = { id?: number; left?: number; error?: string; begun?: Record<string, number> };

type Order = { do: "add"; batch: string; count: number } | { do: "start" } | { do: "left" };

let building: Promise<RiverProgram | undefined> | undefined;

/** The worker, built the first time it is wanted. */
function program(): Promise<RiverProgram | undefined> {
  building ??= buildRiver();
  return building;
}

/** River (Go), with the settings of its own benchmark; its worker is a process of its own. */
export const riverQueue: Queue = {
  name: "River",
  settings:
    "FetchCooldown 2 ms, FetchPollInterval 20 ms, 2,000 workers; added by InsertManyFast, counted in its own process",
  version: () => /river v(\S+)/.exec(readFileSync(new URL("./river/go.mod", import.meta.url), "utf8"))?.[1] ?? "",
  async missing() {
    return (await program()) === undefined ? "there is no Go on PATH to build its worker with" : undefined;
  },
  async open(url) {
    const built = await program();
    if (built === undefined) throw new Error("River's worker needs Go to be built");
    return openRiver(built.path, url);
  },
  async close() {
    (await building)?.remove();
    building = undefined;
  },
};

async function openRiver(path: string, url: string): Promise<QueueDriver> {
  const child = spawn(path, [url], { stdio: ["pipe", "pipe", "inherit"] });
  const waiting = new Map<number, { resolve(line: Line): void; reject(error: Error): void }>();
  let asked = 0;
  let onJob: Job = () => undefined;

  const hear = (text: string): void => {
    const line = JSON.parse(text) as Line;
    if (line.begun !== undefined) {
      for (const [batch, count] of Object.entries(line.begun)) for (let job = 0; job < count; job++) void onJob(batch);
      return;
    }
    const asker = waiting.get(line.id ?? 0);
    waiting.delete(line.id ?? 0);
    if (line.error !== undefined) asker?.reject(new Error(`River: ${line.error}`));
    else asker?.resolve(line);
  };
  const answerTo = (id: number): Promise<Line> =>
    new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
  const ask = (order: Order): Promise<Line> => {
    asked += 1;
    const answer = answerTo(asked);
    child.stdin.write(`${JSON.stringify({ id: asked, ...order })}\n`);
    return answer;
  };

  child.once("exit", (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`River's worker ended with code ${code}`));
  });
  // Its first line says that its tables are there.
  const ready = answerTo(0);
  createInterface({ input: child.stdout }).on("line", hear);
  await ready;

  return {
    async add(batch, count) {
      await ask({ do: "add", batch, count });
    },
    async start() {
      await ask({ do: "start" });
    },
    onJob(job) {
      onJob = job;
    },
    left: async () => (await ask({ do: "left" })).left ?? 0,
    stop: () => stop(child),
  };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.stdin?.end();
  await gone;
}
