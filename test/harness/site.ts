import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPhoenixClient, type PhoenixClient } from "@phoenix/cli/client";
import { HostState } from "@phoenix/gen/phoenix/controller/v1/fleet_pb.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./free-port.ts";
import { type RunningCommand, startCommand } from "./phoenix-command.ts";
import { processesOf } from "./processes.ts";

/** A server and agents as real processes in one temporary folder, on ports that stay the same. */
export type Site = {
  folder: string;
  client: PhoenixClient;
  apiUrl: string;
  agentAddress: string;
  server: RunningCommand | undefined;
  startServer(args?: string[]): Promise<RunningCommand>;
  startAgent(name: string, args?: string[]): Promise<RunningCommand>;
  /** Starts an agent with all it is told in a file. */
  startAgentFrom(name: string, configFile: string): Promise<RunningCommand>;
  /** Starts agents on this machine, each with a state directory, collectors and a host name of its own. */
  startAgents(names: readonly string[], args?: string[]): Promise<RunningCommand[]>;
  /** Starts an agent that was there before, with the credential it has. */
  restartAgent(name: string, args?: string[]): Promise<RunningCommand>;
  /** Sends a signal to one process, not to its group, and waits until it ended. */
  end(command: RunningCommand, signal: NodeJS.Signals): Promise<void>;
  waitForHost(name: string): Promise<string>;
  /** Ends what still runs, agents first, and removes the folder; throws when a process is left. */
  close(): Promise<void>;
};

/** How long a machine with much else to do may take for a start or an end. */
const patienceMs = 90_000;

/** Makes an empty site; nothing runs yet. Its server asks nobody to log in, unless `login` says so. */
export async function createSite({ login = false }: { login?: boolean } = {}): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), "phoenix-site-"));
  // PostgreSQL runs as another user where we are root, and must get through to its own folder.
  chmodSync(folder, 0o711);
  const [port, agentPort] = [await freePort(), await freePort()];
  const apiUrl = `http://127.0.0.1:${port}`;
  const client = createPhoenixClient(apiUrl, 10_000);
  const agents: RunningCommand[] = [];
  const alive = (command: RunningCommand): boolean =>
    command.child.exitCode === null && command.child.signalCode === null;
  const startAgentProcess = (name: string, args: string[], environment: Record<string, string>): RunningCommand => {
    const stateDir = join(folder, `agent-${name}`);
    const given = ["--controller", site.agentAddress, "--state-dir", stateDir, "--host-name", name];
    const command = startCommand(["agent", ...given, ...args], environment);
    agents.push(command);
    return command;
  };
  const site: Site = {
    folder,
    client,
    apiUrl,
    agentAddress: `127.0.0.1:${agentPort}`,
    server: undefined,
    async startServer(args = []) {
      const command = startCommand([
        "server",
        ...["--data-dir", join(folder, "server"), "--port", String(port), "--agent-port", String(agentPort)],
        ...(login ? [] : ["--open"]),
        ...args,
      ]);
      site.server = command;
      await eventually(
        "the server to be ready",
        async () => {
          if (!alive(command)) throw new Error(`the server ended: ${command.output()}`);
          return (await fetch(`${apiUrl}/readyz`)).ok || undefined;
        },
        patienceMs,
      );
      return command;
    },
    async startAgent(name, args = []) {
      const { secret } = await site.client.fleet.createEnrollmentToken({ maxUses: 1 });
      const command = startAgentProcess(name, args, { PHOENIX_ENROLLMENT_TOKEN: secret });
      await site.waitForHost(name);
      return command;
    },
    async startAgentFrom(name, configFile) {
      const { secret } = await site.client.fleet.createEnrollmentToken({ maxUses: 1 });
      const environment = { PHOENIX_ENROLLMENT_TOKEN: secret, PHOENIX_HOST_NAME: name };
      const command = startCommand(["agent", `--config=${configFile}`], environment);
      agents.push(command);
      await site.waitForHost(name);
      return command;
    },
    startAgents: (names, args = []) => Promise.all(names.map((name) => site.startAgent(name, args))),
    restartAgent: async (name, args = []) => startAgentProcess(name, args, {}),
    async end(command, signal) {
      command.child.kill(signal);
      await command.result;
    },
    waitForHost: (name) =>
      eventually(
        `host ${name} to be online`,
        async () => {
          const { host } = await site.client.fleet.getHost({ hostId: name });
          return host?.state === HostState.ONLINE ? host.hostId : undefined;
        },
        patienceMs,
      ),
    async close() {
      for (const command of [...agents, ...(site.server === undefined ? [] : [site.server])]) {
        if (alive(command)) await site.end(command, "SIGTERM");
      }
      const left = await eventually(
        "every process to be gone",
        () => (processesOf(folder).length === 0 ? [] : undefined),
        patienceMs,
      ).catch(() => processesOf(folder));
      for (const { pid } of left) process.kill(pid, "SIGKILL");
      rmSync(folder, { recursive: true, force: true });
      if (left.length > 0) {
        throw new Error(`left running: ${left.map(({ pid, commandLine }) => `${pid} ${commandLine}`).join("; ")}`);
      }
    },
  };
  return site;
}
