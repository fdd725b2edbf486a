import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CollectorBinary } from "@phoenix/collector";

/** A collector that runs for a spec. */
export type RunningCollector = { healthPort: number; metricsPort: number; stop(): Promise<void> };

/** Starts a collector with the environment an agent would give it; `env` adds to that. */
export async function runCollector(
  collector: CollectorBinary,
  config: string,
  env: { PHX_VARIANT: string; PHX_TAP_URL: string } & Record<string, string>,
): Promise<RunningCollector> {
  const folder = await mkdtemp(join(tmpdir(), "phoenix-collector-"));
  const file = join(folder, "config.yaml");
  await writeFile(file, config);
  const [healthPort, metricsPort] = await freePorts(2);
  const child = spawn(collector.path, ["--config", file], {
    env: {
      PHX_HOST_ID: "host-1",
      PHX_HOST_NAME: "host-1",
      PHX_HEALTH_PORT: String(healthPort),
      PHX_METRICS_PORT: String(metricsPort),
      PHX_MEM_LIMIT_MIB: "256",
      PHX_INITIAL_DELAY: "100ms",
      ...env,
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const running = { healthPort: healthPort ?? 0, metricsPort: metricsPort ?? 0, stop: () => stop(child, folder) };
  try {
    await untilReady(child);
    return running;
  } catch (error) {
    await running.stop();
    throw error;
  }
}

async function untilReady(child: ChildProcess): Promise<void> {
  let words = "";
  const ready = Promise.withResolvers<void>();
  const fail = (what: string) => ready.reject(new Error(`${what}:\n${words}`));
  const timer = setTimeout(() => fail("the collector is not ready after 20 s"), 20_000);
  child.once("exit", (code) => fail(`the collector ended with ${code}`));
  child.stderr?.on("data", (chunk: Buffer) => {
    words = (words + chunk.toString()).slice(-10_000);
    if (words.includes("Everything is ready")) ready.resolve();
  });
  await ready.promise.finally(() => clearTimeout(timer));
}

async function stop(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    const kill = setTimeout(() => child.kill("SIGKILL"), 5_000);
    await ended;
    clearTimeout(kill);
  }
  await rm(folder, { recursive: true, force: true });
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports: number[] = [];
  for (const server of servers) {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (typeof address === "object" && address) ports.push(address.port);
  }
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
