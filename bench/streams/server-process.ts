/*
 * Child process of the bench of streams: a server of one kind. Takes orders over
 * IPC and says "ready" once it listens.
 */
import { setTimeout as delay } from "node:timers/promises";
import { nowMs } from "../report/monotonic.ts";
import type { Answer, ServerOrder } from "./orders.ts";
import { type StreamKind, serveStreams, taskBytes } from "./stream-kinds.ts";

const [kind = "", port = ""] = process.argv.slice(2);
const streams = new Map<number, (bytes: Buffer) => void>();
let taken = 0;

process.once("disconnect", () => process.exit());
process.on("message", (order: ServerOrder) => {
  obey(order).then(
    (answer) => process.send?.(answer),
    (error: unknown) => process.send?.({ error: String(error) } satisfies Answer),
  );
});
await serveStreams(kind as StreamKind, Number(port), (write) => {
  taken += 1;
  const number = taken;
  streams.set(number, write);
  return () => void streams.delete(number);
});
process.send?.({} satisfies Answer);

async function obey(order: ServerOrder): Promise<Answer> {
  if (order.do === "push") await push(order.rate, order.seconds);
  if (order.do === "broadcast") {
    const bytes = taskBytes(nowMs());
    for (const write of streams.values()) write(bytes);
  }
  return { count: streams.size };
}

async function push(rate: number, seconds: number): Promise<void> {
  const writes = [...streams.values()];
  const begunMs = nowMs();
  for (let pushed = 0; pushed < rate * seconds; ) {
    const due = Math.min(rate * seconds, Math.floor(((nowMs() - begunMs) / 1000) * rate));
    for (; pushed < due; pushed++) writes[Math.floor(Math.random() * writes.length)]?.(taskBytes(nowMs()));
    await delay(1);
  }
}
