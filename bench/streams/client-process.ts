/*
 * Child process of the bench of streams: thousands of streams to one server,
 * each on a connection of its own, that come back with back-off and full jitter.
 */
import { setTimeout as delay } from "node:timers/promises";
import { fromBinary } from "@bufbuild/protobuf";
import { type ConnectResponse, ConnectResponseSchema } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import { backoffMs } from "@phoenix/platform/lifecycle";
import { WebSocket } from "ws";
import { nowMs } from "../report/monotonic.ts";
import { openAgentConnection } from "./agent-connection.ts";
import type { Answer, ClientOrder } from "./orders.ts";

const [kind = "", port = ""] = process.argv.slice(2);
/** As agents have it: agent/uplink/decide-reconnect. */
const reconnect = { baseMs: 200, maxMs: 15_000 };
const greetedAtMs: number[] = [];
let latenciesMs: number[] = [];

process.once("disconnect", () => process.exit());
process.on("message", (order: ClientOrder) => {
  obey(order).then(
    (answer) => process.send?.(answer),
    (error: unknown) => process.send?.({ error: String(error) } satisfies Answer),
  );
});
process.send?.({} satisfies Answer);

async function obey(order: ClientOrder): Promise<Answer> {
  if (order.do === "latencies") {
    const taken = latenciesMs;
    latenciesMs = [];
    return { latenciesMs: taken };
  }
  if (order.do === "await-all") {
    while (greetedAtMs.some((atMs) => atMs < order.afterMs)) await delay(10);
    return { lastGreetingMs: greetedAtMs.reduce((last, atMs) => Math.max(last, atMs), 0) };
  }
  const numbers = Array.from({ length: order.count }, () => greetedAtMs.push(0) - 1).values();
  const hand = async (): Promise<void> => {
    for (const number of numbers) {
      keep(number);
      while (greetedAtMs[number] === 0) await delay(2);
    }
  };
  await Promise.all(Array.from({ length: order.atOnce }, hand));
  return { count: greetedAtMs.length };
}

/** Keeps a stream: dials, and dials again after every end. */
function keep(number: number): void {
  let failures = 0;
  const hear = ({ message }: ConnectResponse): void => {
    if (message.case === "welcome") {
      failures = 0;
      greetedAtMs[number] = nowMs();
    } else if (message.case === "taskAssignment") latenciesMs.push(nowMs() - Number(message.value.taskId));
  };
  const dial = (): void => {
    open(hear, () => {
      void delay(backoffMs(failures, reconnect)).then(dial);
      failures += 1;
    });
  };
  dial();
}

/** Opens a stream; `ended` is called once. */
function open(hear: (message: ConnectResponse) => void, ended: () => void): void {
  if (kind === "ws") {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false });
    socket.on("message", (bytes: Buffer) => hear(fromBinary(ConnectResponseSchema, bytes)));
    // Told by the end as well.
    socket.on("error", () => undefined);
    socket.once("close", ended);
    return;
  }
  const connection = openAgentConnection({ host: "127.0.0.1", port: Number(port), localAddress: "127.0.0.2" });
  connection.converse("none", {
    message: hear,
    end() {
      connection.break();
      ended();
    },
  });
}
