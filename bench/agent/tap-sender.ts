/*
 * Child process of tap-throughput.ts: sends one body to the tap over and over
 * on one connection, so that the tap's own process does nothing but receive.
 * Gets { url, body, headers, requests } as its first message and answers with
 * "done" when every request was answered with 200.
 */
import { Agent, request } from "node:http";

interface Order {
  readonly url: string;
  readonly bodyBase64: string;
  readonly headers: Record<string, string>;
  readonly requests: number;
}

process.once("message", (order: Order) => {
  send(order).then(
    () => answer("done"),
    (error: unknown) => answer(`failed: ${String(error)}`),
  );
});
process.send?.("ready");

function answer(words: string): void {
  process.send?.(words, undefined, undefined, () => process.disconnect());
}

async function send(order: Order): Promise<void> {
  const body = Buffer.from(order.bodyBase64, "base64");
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let n = 0; n < order.requests; n++) {
    const status = await new Promise<number>((resolve, reject) => {
      const headers = { ...order.headers, "content-length": body.length };
      request(`${order.url}/v1/metrics`, { agent, method: "POST", headers }, (response) => {
        response.resume().once("end", () => resolve(response.statusCode ?? 0));
      })
        .once("error", reject)
        .end(body);
    });
    if (status !== 200) throw new Error(`the tap answered ${status}`);
  }
  agent.destroy();
}
