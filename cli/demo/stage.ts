import { chmodSync, mkdtempSync, readFileSync, rmSync, watch } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HostState } from "@phoenix/gen/phoenix/controller/v1/fleet_pb.ts";
import { createPhoenixClient, type PhoenixClient } from "../client/phoenix-client.ts";
import { newRequestId } from "../client/request-id.ts";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { failWhenEnded, type PhoenixProcess, startPhoenix } from "./child-process.ts";

/** A server and an agent of their own on this machine, and the way to get rid of them. */
export type Stage = {
  client: PhoenixClient;
  hostId: string;
  hostName: string;
  /** Rejects when the server or the agent ends unasked. */
  broken: Promise<never>;
  /** Stops the agent with its collectors and load, then the server with its database, and removes their files. */
  strike(): Promise<void>;
};

type Ready = { apiUrl: string; agentAddress: string };

const startMs = 60_000;

/**
 * Starts a server on free ports with an embedded database, enrols one agent and
 * waits until it is online. Everything lives in a temporary folder. When a step
 * fails or `signal` is aborted, what was started is stopped again.
 */
export async function setStage(options: {
  collector: string;
  say: (line: string) => void;
  signal: AbortSignal;
}): Promise<Stage> {
  const { say } = options;
  const givenUp = new AbortController();
  const signal = AbortSignal.any([options.signal, givenUp.signal]);
  const folder = mkdtempSync(join(tmpdir(), "phoenix-demo-"));
  // PostgreSQL runs as another user where we are root, and must get through to its own folder.
  chmodSync(folder, 0o711);
  const processes: PhoenixProcess[] = [];
  let struck: Promise<void> | undefined;
  const strike = (): Promise<void> => {
    struck ??= (async () => {
      for (const child of processes.toReversed()) await child.stop();
      rmSync(folder, { recursive: true, force: true });
    })();
    return struck;
  };
  try {
    const readyFile = join(folder, "ready.json");
    const server = startPhoenix(
      "the server",
      [
        ...["server", "--open", "--data-dir", join(folder, "server")],
        ...["--port", "0", "--agent-port", "0", "--ready-file", readyFile],
      ],
      join(folder, "server.log"),
      { PHOENIX_OTELCOL: options.collector },
    );
    processes.push(server);
    const ready = await race(signal, readReady(folder, readyFile, signal), failWhenEnded(server));
    say(`server at ${ready.apiUrl}, agents at ${ready.agentAddress}, PostgreSQL embedded`);

    const client = createPhoenixClient(ready.apiUrl);
    const { secret } = await client.fleet.createEnrollmentToken({ requestId: newRequestId(), maxUses: 1 });
    const agent = startPhoenix(
      "the agent",
      ["agent", "--controller", ready.agentAddress, "--state-dir", join(folder, "agent")],
      join(folder, "agent.log"),
      { PHOENIX_OTELCOL: options.collector, PHOENIX_ENROLLMENT_TOKEN: secret },
    );
    processes.push(agent);
    const host = await race(signal, firstOnlineHost(client, signal), failWhenEnded(agent));
    say(`agent online on ${host.hostName}`);
    const broken = Promise.race([failWhenEnded(server), failWhenEnded(agent)]);
    broken.catch(() => undefined); // whoever races with it hears of it; striking the stage ends both on purpose
    return { client, ...host, broken, strike };
  } catch (error) {
    givenUp.abort();
    await strike();
    throw error;
  }
}

/** The first of these to be settled; Ctrl-C wins over all. */
export async function race<T>(signal: AbortSignal, work: Promise<T>, broken: Promise<never>): Promise<T> {
  broken.catch(() => undefined); // losing the race is not an error
  work.catch(() => undefined);
  const { promise: interrupted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(new CommandError("interrupted", exitCodes.interrupted));
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work, broken, interrupted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

async function readReady(folder: string, path: string, signal: AbortSignal): Promise<Ready> {
  const given = AbortSignal.any([signal, AbortSignal.timeout(startMs)]);
  const { promise, resolve, reject } = Promise.withResolvers<Ready>();
  const look = (): void => {
    try {
      resolve(JSON.parse(readFileSync(path, "utf8")) as Ready);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") reject(error);
    }
  };
  const watcher = watch(folder, look);
  given.addEventListener("abort", () =>
    reject(new CommandError(`the server was not ready after ${startMs / 1000} s`, exitCodes.timedOut)),
  );
  look();
  try {
    return await promise;
  } finally {
    watcher.close();
  }
}

async function firstOnlineHost(
  client: PhoenixClient,
  signal: AbortSignal,
): Promise<{ hostId: string; hostName: string }> {
  const given = AbortSignal.any([signal, AbortSignal.timeout(startMs)]);
  try {
    for await (const { host } of client.fleet.watchHosts({}, { signal: given, timeoutMs: 0 })) {
      if (host?.state === HostState.ONLINE)
        return { hostId: host.hostId, hostName: host.facts?.hostName ?? host.hostId };
    }
  } catch (error) {
    if (!given.aborted) throw error;
  }
  throw new CommandError(`no agent came online within ${startMs / 1000} s`, exitCodes.timedOut);
}
