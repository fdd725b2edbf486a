import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { createPhoenixClient } from "@phoenix/cli/client";
import { EventService, type SubscribeEventsResponse } from "@phoenix/gen/phoenix/gateway/v1/event_service_pb.ts";
import type { Database } from "@phoenix/platform/database";
import { createTestDatabase, stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { eventually } from "../harness/eventually.ts";
import { type RunningCommand, startCommand } from "../harness/phoenix-command.ts";

after(stopTestDatabases);

/** How long a machine with much else to do may take. */
const patienceMs = 60_000;

describe("live events of two servers over one PostgreSQL", function () {
  this.timeout(240_000);
  let folder: string;
  let db: Database;
  const processes: RunningCommand[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "phoenix-events-"));
    db = await createTestDatabase();
  });
  after(async () => {
    for (const command of processes) {
      if (command.child.exitCode === null && command.child.signalCode === null) command.child.kill("SIGTERM");
      await command.result;
    }
    await db.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function start(name: string): Promise<{ apiUrl: string; command: RunningCommand }> {
    const readyFile = join(folder, `${name}.json`);
    const ports = ["--port", "0", "--agent-port", "0", "--ready-file", readyFile];
    const command = startCommand(["server", "--open", ...ports], { PHOENIX_DATABASE_URL: db.url });
    processes.push(command);
    const { apiUrl } = await eventually(
      `the server ${name} to be ready`,
      async () => {
        if (command.child.exitCode !== null) throw new Error(command.output());
        return JSON.parse(await readFile(readyFile, "utf8")) as { apiUrl: string };
      },
      patienceMs,
    );
    return { apiUrl, command };
  }

  /** Subscribes over HTTP/1.1, as browsers do, and keeps what it is told. */
  async function subscribe(apiUrl: string, afterCursor: bigint) {
    const transport = createConnectTransport({ baseUrl: apiUrl, httpVersion: "1.1" });
    const answers: SubscribeEventsResponse[] = [];
    const gone = new AbortController();
    let ending: unknown = "none yet";
    const done = (async () => {
      const stream = createClient(EventService, transport).subscribeEvents({ afterCursor }, { signal: gone.signal });
      for await (const answer of stream) answers.push(answer);
      ending = "in order";
    })().catch((error: unknown) => {
      ending = error;
    });
    await eventually("the subscription to begin", async () => answers.length > 0 || undefined, patienceMs);
    return {
      answers,
      done,
      ending: () => ending,
      cursor: () => answers.at(-1)?.cursor ?? 0n,
      events: () =>
        answers.flatMap(({ changes }) =>
          changes.flatMap(({ deploymentEvent }) =>
            deploymentEvent === undefined ? [] : [`${deploymentEvent.deploymentId} ${deploymentEvent.sequence}`],
          ),
        ),
      async stop() {
        gone.abort();
        await done;
      },
    };
  }

  it("tell at one server what is done at the other, and go on there when the first is killed", async () => {
    const [first, second] = [await start("first"), await start("second")];
    const client = createPhoenixClient(second.apiUrl);
    // Hosts whose agents never come: nothing but what is done here happens to their deployments.
    const deploy = async (name: string): Promise<void> => {
      await db.query("INSERT INTO hosts (host_id, host_name) VALUES ($1, $1)", [name]);
      await db.query("INSERT INTO agent_status (host_id, facts) VALUES ($1, '{}')", [name]);
      const pipeline = { name: "process-baseline-v1" };
      await client.deployments.createDeployment({ name, pipeline, selector: { hosts: [name] } });
    };
    const stored = async (): Promise<string[]> => {
      const rows = await db.query<{ line: string }>(
        "SELECT deployment_id || ' ' || sequence AS line FROM deployment_events ORDER BY cursor",
      );
      return rows.map(({ line }) => line);
    };

    const before = await subscribe(first.apiUrl, 0n);
    for (const name of ["one", "two", "three"]) await deploy(name);
    await eventually("the first ones", async () => before.events().length >= 3 || undefined, patienceMs);
    first.command.child.kill("SIGKILL");
    await before.done;
    for (const name of ["four", "five"]) await deploy(name);
    const after_ = await subscribe(second.apiUrl, before.cursor());
    await deploy("six");
    await eventually(
      "all of them",
      async () => {
        const all = await stored();
        return (all.length >= 6 && before.events().length + after_.events().length === all.length) || undefined;
      },
      patienceMs,
    );
    expect([...before.events(), ...after_.events()]).to.deep.equal(await stored());
    expect(after_.answers.some(({ reset }) => reset)).to.equal(false);

    second.command.child.kill("SIGTERM");
    await after_.done;
    expect(after_.ending(), "the end of a stream when its server stops").to.equal("in order");
  });
});
