import { createPhoenixClient, type PhoenixClient } from "@phoenix/cli/client";
import { eventually } from "../harness/eventually.ts";
import { freePort } from "../harness/free-port.ts";
import { type RunningCommand, startCommand } from "../harness/phoenix-command.ts";
import { createProxy, type TcpProxy } from "./proxy.ts";

/** A controller as a process of its own, on ports it keeps, with a proxy before its agent port. */
export type Replica = {
  readonly apiUrl: string;
  readonly agentPort: number;
  /** What agents dial. */
  readonly proxy: TcpProxy;
  readonly client: PhoenixClient;
  /** Starts the process and waits until it is ready. */
  start(): Promise<void>;
  /** Ends it by SIGKILL and waits until it is gone. */
  kill(): Promise<void>;
  /** SIGSTOP. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
  /** Process id; undefined while none runs. */
  pid(): number | undefined;
  output(): string;
  /** Ends it in order, or by force when it does not. */
  close(): Promise<void>;
};

/** Nothing here renders or analyses. */
const spineAlone = [
  ...["--services", "controller,benchmark"],
  ...["--pipelines-url", "http://127.0.0.1:9", "--analytics-url", "http://127.0.0.1:9"],
];

/** How a replica differs from another. */
type ReplicaOptions = {
  databaseUrl: string;
  /** Marks its processes. */
  folder: string;
  random: () => number;
  /** Every service, not the controller and the benchmark alone. */
  whole: boolean;
};

/** Makes a replica over an external PostgreSQL; nothing runs yet. */
export async function createReplica({ databaseUrl, folder, random, whole }: ReplicaOptions): Promise<Replica> {
  const [port, agentPort] = [await freePort(), await freePort()];
  const proxy = await createProxy(agentPort, random);
  const apiUrl = `http://127.0.0.1:${port}`;
  let command: RunningCommand | undefined;
  let outputBefore = "";

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (command === undefined) return;
    const ending = command;
    command = undefined;
    ending.child.kill(signal);
    await ending.result;
    outputBefore += ending.output();
  };
  const signal = (name: NodeJS.Signals): void => void command?.child.kill(name);

  return {
    apiUrl,
    agentPort,
    proxy,
    client: createPhoenixClient(apiUrl, 10_000),
    async start() {
      const started = startCommand(
        [
          "server",
          "--open",
          ...["--database-url", databaseUrl, "--drain-ms", "500ms"],
          ...["--port", String(port), "--agent-port", String(agentPort)],
          ...(whole ? [] : spineAlone),
        ],
        { PHOENIX_FAULTS_FOLDER: folder },
      );
      command = started;
      await eventually("a controller to be ready", async () => {
        if (started.child.exitCode !== null) throw new Error(`the controller ended: ${started.output()}`);
        return (await fetch(`${apiUrl}/readyz`)).ok || undefined;
      });
    },
    kill: () => end("SIGKILL"),
    pause: () => signal("SIGSTOP"),
    resume: () => signal("SIGCONT"),
    pid: () => command?.child.pid,
    output: () => outputBefore + (command?.output() ?? ""),
    async close() {
      signal("SIGCONT");
      const patience = setTimeout(() => signal("SIGKILL"), 10_000);
      await end("SIGTERM");
      clearTimeout(patience);
      await proxy.close();
    },
  };
}
