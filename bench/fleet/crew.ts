import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { Answer, Order, Report } from "./agent-orders.ts";
import type { Identity } from "./simulated-agent.ts";

/** A few processes with a part of the agents each. */
export type Crew = {
  /** Gives every process an order and waits for all. */
  all(order: Order): Promise<Answer[]>;
  /** Gives one process an order. */
  one(index: number, order: Order): Promise<Answer>;
  /** Enrols hosts, shared out over the processes, which take them as their agents. */
  enroll(names: readonly string[], secret: string, atOnce: number): Promise<Identity[]>;
  /** What all noted, together. */
  report(): Promise<Report>;
  /** Stops a process as SIGSTOP does: its connections stay and nobody answers. */
  freeze(index: number): void;
  stop(): Promise<void>;
};

/** Forks processes of agents, each with a source address of its own. */
export async function createCrew(size: number, target: { host: string; port: number }): Promise<Crew> {
  const children = Array.from({ length: size }, (_, index) => {
    const localAddress = `127.0.0.${2 + index}`;
    return fork(new URL("./agent-process.ts", import.meta.url), [target.host, String(target.port), localAddress]);
  });
  const frozen = new Set<number>();

  const one = async (index: number, order: Order): Promise<Answer> => {
    const child = children[index];
    if (child === undefined) throw new Error(`there is no process ${index} of agents`);
    const answer = await ask(child, order);
    if (answer.error !== undefined) throw new Error(`a process of agents could not ${order.do}: ${answer.error}`);
    return answer;
  };
  const awake = (): number[] => children.map((_, index) => index).filter((index) => !frozen.has(index));
  const all = (order: Order): Promise<Answer[]> => Promise.all(awake().map((index) => one(index, order)));

  return {
    one,
    all,
    async enroll(names, secret, atOnce) {
      const part = Math.ceil(names.length / size);
      const parts = children.map((_, index) => names.slice(index * part, (index + 1) * part));
      const enrolled = await Promise.all(
        parts.map(async (own, index) => {
          const answer = await one(index, { do: "enroll", names: own, secret, atOnce: Math.ceil(atOnce / size) });
          const identities = answer.identities ?? [];
          await one(index, { do: "take", identities });
          return identities;
        }),
      );
      return enrolled.flat();
    },
    async report() {
      const reports = (await all({ do: "report" })).flatMap(({ report }) => report ?? []);
      return reports.reduce(addReports);
    },
    freeze(index) {
      frozen.add(index);
      children[index]?.kill("SIGSTOP");
    },
    async stop() {
      await Promise.all(children.map(end));
    },
  };
}

async function ask(child: ChildProcess, order: Order): Promise<Answer> {
  const gone = new AbortController();
  const onExit = (code: number | null): void => gone.abort(new Error(`a process of agents ended with code ${code}`));
  child.once("exit", onExit);
  try {
    const heard = once(child, "message", { signal: gone.signal });
    child.send(order);
    const [answer] = (await heard) as [Answer];
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

function addReports(a: Report, b: Report): Report {
  const received = new Map(a.received.map(([batch, times]) => [batch, [...times]]));
  for (const [batch, times] of b.received) received.set(batch, (received.get(batch) ?? []).concat(times));
  const endings = { ...a.endings };
  for (const [status, times] of Object.entries(b.endings)) endings[status] = (endings[status] ?? 0) + times;
  return {
    received: [...received],
    endings,
    effects: a.effects + b.effects,
    doubleEffects: a.doubleEffects + b.doubleEffects,
    repeats: a.repeats + b.repeats,
    connected: a.connected + b.connected,
    lastWelcomeMs: Math.max(a.lastWelcomeMs, b.lastWelcomeMs),
    acknowledgedRows: a.acknowledgedRows + b.acknowledgedRows,
  };
}
