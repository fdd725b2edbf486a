import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPhoenixClient, type PhoenixClient } from "@phoenix/cli/client";
import { createDatabase, type Database, startEmbeddedDatabase } from "@phoenix/platform/database";
import { createLogger } from "@phoenix/platform/logging";
import { eventually } from "@phoenix/test/harness/eventually.ts";
import { freePort } from "@phoenix/test/harness/free-port.ts";
import { type RunningCommand, startCommand } from "@phoenix/test/harness/phoenix-command.ts";
import { type ProcessUsage, treeCpuSeconds, usageOf } from "../report/process-usage.ts";

/** A real `phoenix server` as a process of its own, over an embedded PostgreSQL that this process keeps. */
export type ControllerSite = {
  readonly client: PhoenixClient;
  readonly agentPort: number;
  readonly db: Database;
  readonly databaseUrl: string;
  /** Starts the server, again on the same ports after a kill. */
  start(): Promise<void>;
  /** Ends the server by a signal and waits until it is gone. */
  end(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
  usage(): ProcessUsage;
  /** CPU that PostgreSQL used; 0 at a replica, whose database is another's. */
  databaseCpuSeconds(): number;
  /** The values of a metric by its labels, as they are written. */
  metric(name: string): Promise<Map<string, number>>;
  close(): Promise<void>;
};

/** Starts PostgreSQL, durable as it is by default, and the server; or the server alone, as a replica over another's database. */
export async function createControllerSite(over?: Pick<ControllerSite, "databaseUrl">): Promise<ControllerSite> {
  const folder = mkdtempSync(join(tmpdir(), "phoenix-bench-"));
  // PostgreSQL runs as another user where we are root, and must get through to its own folder.
  chmodSync(folder, 0o711);
  const logger = createLogger({ name: "bench", level: "error" });
  const embedded =
    over === undefined ? await startEmbeddedDatabase({ dataDir: join(folder, "postgres"), logger }) : undefined;
  const databaseUrl = over?.databaseUrl ?? embedded?.url ?? "";
  const db = await createDatabase({ url: databaseUrl, logger });
  const [port, agentPort] = [await freePort(), await freePort()];
  const apiUrl = `http://127.0.0.1:${port}`;
  const readyFile = join(folder, "ready.json");
  const ports = ["--port", String(port), "--agent-port", String(agentPort)];
  let server: RunningCommand | undefined;
  let pid = 0;

  const end = async (signal: "SIGTERM" | "SIGKILL"): Promise<void> => {
    if (server === undefined) return;
    // One that ended before it was ready is not there to be signalled; 0 would be this process and its group.
    if (pid !== 0) process.kill(pid, signal);
    await server.result;
    pid = 0;
    rmSync(readyFile, { force: true });
    server = undefined;
  };

  return {
    client: createPhoenixClient(apiUrl, 60_000),
    agentPort,
    db,
    end,
    async start() {
      const args = ["server", "--open", ...ports, "--data-dir", folder, "--ready-file", readyFile];
      const command = startCommand(args, { PHOENIX_DATABASE_URL: databaseUrl });
      server = command;
      pid = await eventually("the server to be ready", () => {
        if (command.child.exitCode !== null) throw new Error(`the server ended: ${command.output()}`);
        return (JSON.parse(readFileSync(readyFile, "utf8")) as { pid: number }).pid;
      });
    },
    usage: () => usageOf(pid),
    databaseUrl,
    databaseCpuSeconds: () => (embedded === undefined ? 0 : treeCpuSeconds(embedded.pid)),
    async metric(name) {
      const text = await (await fetch(`${apiUrl}/metrics`)).text();
      const lines = [...text.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)].filter(([, found]) => found === name);
      return new Map(lines.map(([, , labels = "", value]) => [labels, Number(value)]));
    },
    async close() {
      await end("SIGTERM");
      await db.close();
      await embedded?.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
