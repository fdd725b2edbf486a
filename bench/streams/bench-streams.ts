import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { freePort } from "@phoenix/test/harness/free-port.ts";
import type { BenchOptions, Say } from "../bench-options.ts";
import { nowMs } from "../report/monotonic.ts";
import { usageOf } from "../report/process-usage.ts";
import { quantileOf } from "../report/quantiles.ts";
import { showSpread } from "../report/spread.ts";
import type { Answer, ClientOrder, ServerOrder } from "./orders.ts";
import type { StreamKind } from "./stream-kinds.ts";

/** What one run of one server gave. */
type Run = { kbPerStream: number; push: number[]; broadcast: number[]; lastMs: number; returnSeconds: number };

const kinds: Record<StreamKind, string> = {
  phoenix: "Phoenix's agent port",
  "grpc-js": "grpc-js alone",
  ws: "WebSockets (ws)",
};
const settleMs = 2_000;
const broadcasts = 5;

/** Long streams to many clients: Phoenix's agent port beside grpc-js with nothing around it and WebSockets. */
export async function benchStreams(say: Say, options: BenchOptions): Promise<string> {
  const { agents = 2_000, runs = 5, rate = 500, seconds = 5 } = options;
  const chosen = (Object.keys(kinds) as StreamKind[]).filter(
    (kind) => options.only.length === 0 || options.only.includes(kind),
  );
  const results = new Map<StreamKind, Run[]>(chosen.map((kind) => [kind, []]));
  for (let run = 0; run < runs; run++) {
    // Taking turns, so that what else happens on the machine meets them all.
    for (const kind of chosen) {
      const measured = await measureOnce(kind, { agents, rate, seconds });
      results.get(kind)?.push(measured);
      say(
        `run ${run + 1} of ${runs}, ${kind}: ${measured.kbPerStream.toFixed(1)} KB a stream, push p99 ` +
          `${quantileOf(measured.push, 0.99).toFixed(1)} ms, broadcast to the last ${measured.lastMs.toFixed(0)} ms, back in ${measured.returnSeconds.toFixed(2)} s`,
      );
    }
  }
  const row = (what: string, digits: number, figure: (run: Run) => number): string =>
    `| ${what} | ${[...results.values()].map((own) => showSpread(own.map(figure), digits)).join(" | ")} |`;
  return [
    `${agents.toLocaleString("en")} streams, each on a connection of its own, server and clients a process each; the same ` +
      `bytes (a task) on all. ${runs} runs in turns; median (least–greatest). Memory is the server's RSS over that without streams.`,
    "",
    `| | ${chosen.map((kind) => kinds[kind]).join(" | ")} |`,
    `|---|${chosen.map(() => "---|").join("")}`,
    row("memory of an idle stream, KB", 1, ({ kbPerStream }) => kbPerStream),
    row(`push at ${rate}/s, p50, ms`, 2, ({ push }) => quantileOf(push, 0.5)),
    row(`push at ${rate}/s, p99, ms`, 2, ({ push }) => quantileOf(push, 0.99)),
    row("one message to all, p50, ms", 0, ({ broadcast }) => quantileOf(broadcast, 0.5)),
    row("one message to all, p99, ms", 0, ({ broadcast }) => quantileOf(broadcast, 0.99)),
    row("one message to all, the last, ms", 0, ({ lastMs }) => lastMs),
    row("all back after SIGKILL of the server, s", 2, ({ returnSeconds }) => returnSeconds),
  ].join("\n");
}

async function measureOnce(
  kind: StreamKind,
  { agents, rate, seconds }: { agents: number; rate: number; seconds: number },
): Promise<Run> {
  const args = [kind, String(await freePort())];
  const start = async (file: string): Promise<ChildProcess> => {
    const child = fork(new URL(file, import.meta.url), args);
    await hear(child);
    return child;
  };
  let server = await start("./server-process.ts");
  const clients = await start("./client-process.ts");
  const serve = (order: ServerOrder): Promise<Answer> => ask(server, order);
  const use = (order: ClientOrder): Promise<Answer> => ask(clients, order);
  const arrived = async (count: number): Promise<number[]> => {
    const latencies: number[] = [];
    while (latencies.length < count) {
      latencies.push(...((await use({ do: "latencies" })).latenciesMs ?? []));
      await delay(20);
    }
    return latencies;
  };
  const rss = (): number => usageOf(server.pid ?? 0).rssBytes;
  try {
    const empty = rss();
    await use({ do: "open", count: agents, atOnce: 32 });
    await delay(settleMs);
    const kbPerStream = (rss() - empty) / agents / 1000;
    await serve({ do: "push", rate, seconds });
    const push = await arrived(rate * seconds);
    const broadcast: number[] = [];
    const lasts: number[] = [];
    for (let times = 0; times < broadcasts; times++) {
      await serve({ do: "broadcast" });
      const latencies = await arrived(agents);
      broadcast.push(...latencies);
      lasts.push(quantileOf(latencies, 1));
    }
    const killedMs = nowMs();
    await end(server);
    server = await start("./server-process.ts");
    const { lastGreetingMs = 0 } = await use({ do: "await-all", afterMs: killedMs });
    const lastMs = quantileOf(lasts, 0.5);
    return { kbPerStream, push, broadcast, lastMs, returnSeconds: (lastGreetingMs - killedMs) / 1000 };
  } finally {
    await end(clients);
    await end(server);
  }
}

async function ask(child: ChildProcess, order: ServerOrder | ClientOrder): Promise<Answer> {
  const heard = hear(child);
  child.send(order);
  return heard;
}

async function hear(child: ChildProcess): Promise<Answer> {
  const gone = new AbortController();
  const onExit = (code: number | null): void => gone.abort(new Error(`a process of the bench ended with code ${code}`));
  child.once("exit", onExit);
  try {
    const [answer] = (await once(child, "message", { signal: gone.signal })) as [Answer];
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  } finally {
    child.off("exit", onExit);
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}
