/*
 * Child process of the fleet bench: thousands of simulated agents that dial
 * from one source address. Takes orders over IPC, one after the other.
 */
import { setTimeout as delay } from "node:timers/promises";
import { AgentService } from "@phoenix/gen/phoenix/agent/v1/agent_service_pb.ts";
import { nowMs } from "../report/monotonic.ts";
import { openAgentConnection } from "../streams/agent-connection.ts";
import type { Answer, Order, Report } from "./agent-orders.ts";
import { factsOf } from "./agent-words.ts";
import { createSimulatedAgent, type Identity, type SimulatedAgent } from "./simulated-agent.ts";

const [host = "", port = "", localAddress = ""] = process.argv.slice(2);
const target = { host, port: Number(port), localAddress };
const agents: SimulatedAgent[] = [];
let started = 0;
const effectsOf = new Map<string, number>();
const report = emptyReport();
/** The batch that came into force last, by host. */
const inForce = new Map<string, string>();
let received = new Map<string, number[]>();

const notebook = {
  received(batch: string, atMs: number): void {
    const times = received.get(batch);
    if (times === undefined) received.set(batch, [atMs]);
    else times.push(atMs);
  },
  effect(key: string): void {
    const times = (effectsOf.get(key) ?? 0) + 1;
    effectsOf.set(key, times);
    report.effects += 1;
    if (times === 2) report.doubleEffects += 1;
  },
  applied(hostId: string, batch: string): void {
    inForce.set(hostId, batch);
  },
  repeated(): void {
    report.repeats += 1;
  },
  welcomed(atMs: number): void {
    report.lastWelcomeMs = atMs;
  },
  ended(status: string): void {
    report.endings[status] = (report.endings[status] ?? 0) + 1;
  },
  acknowledged(rows: number): void {
    report.acknowledgedRows += rows;
  },
};

process.on("message", (order: Order) => {
  obey(order).then(
    (answer) => process.send?.(answer),
    (error: unknown) => process.send?.({ error: String(error) } satisfies Answer),
  );
});
process.once("disconnect", () => process.exit());

async function obey(order: Order): Promise<Answer> {
  switch (order.do) {
    case "enroll":
      return { identities: await inParallel(order.names, order.atOnce, (name) => enroll(name, order.secret)) };
    case "take":
      agents.push(...order.identities.map((identity) => createSimulatedAgent(identity, target, notebook)));
      return {};
    case "dial":
      await inParallel(agents.slice(started, started + order.count), order.atOnce, dialAndWait);
      started += order.count;
      return {};
    case "await-all":
      while (report.lastWelcomeMs < order.afterMs || agents.some((agent) => !agent.connected)) await delay(20);
      return {};
    case "observe":
      for (const agent of agents.slice(0, order.agents)) agent.observe(order.untilMs, order.rowsPerBatch);
      return {};
    case "misbehave":
      for (const [index, how] of order.how.entries()) {
        for (const agent of agents.slice(index * order.each, (index + 1) * order.each)) agent.misbehave(how);
      }
      return {};
    case "tell-collectors":
      for (const agent of agents) agent.tellCollectors();
      return {};
    case "in-force": {
      const hosts: Record<string, number> = {};
      for (const batch of inForce.values()) hosts[batch] = (hosts[batch] ?? 0) + 1;
      return { hosts };
    }
    case "report": {
      const connected = agents.filter((agent) => agent.connected).length;
      const answer = { report: { ...report, connected, received: [...received] } };
      received = new Map();
      return answer;
    }
  }
}

async function enroll(hostName: string, secret: string): Promise<Identity> {
  const connection = openAgentConnection(target);
  try {
    const request = { enrollmentToken: secret, facts: factsOf(hostName) };
    const { hostId, credential } = await connection.call(AgentService.method.enroll, request);
    return { hostId, hostName, credential };
  } finally {
    connection.break();
  }
}

async function dialAndWait(agent: SimulatedAgent): Promise<void> {
  agent.start();
  const end = nowMs() + 120_000;
  while (!agent.connected) {
    if (nowMs() > end) throw new Error("an agent got no Welcome within two minutes");
    await delay(5);
  }
}

async function inParallel<T, R>(items: readonly T[], atOnce: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = items.values();
  const hand = async (): Promise<void> => {
    for (const item of queue) results.push(await work(item));
  };
  await Promise.all(Array.from({ length: atOnce }, hand));
  return results;
}

function emptyReport(): Report {
  return {
    received: [],
    effects: 0,
    doubleEffects: 0,
    repeats: 0,
    connected: 0,
    lastWelcomeMs: 0,
    acknowledgedRows: 0,
    endings: {},
  };
}
