import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@connectrpc/connect";
import { AgentService } from "@phoenix/gen/phoenix/agent/v1/agent_service_pb.ts";
import { TaskAction } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import { migrations } from "@phoenix/migrations";
import {
  createDatabase,
  type Database,
  type EmbeddedDatabase,
  migrate,
  startEmbeddedDatabase,
} from "@phoenix/platform/database";
import { createLogger } from "@phoenix/platform/logging";
import { createRemoteTransport } from "@phoenix/platform/rpc";
import { enqueueTask, type NewTask } from "../../services/controller/tasks/index.ts";
import { eventually } from "../harness/eventually.ts";
import { processesOf } from "../harness/processes.ts";
import { findAfterwards } from "./find-afterwards.ts";
import { checkHistory, createHistory, type History, type Violation } from "./history/index.ts";
import { createReplica, type Replica } from "./replica.ts";
import { createScriptedAgent, type ScriptedAgent } from "./scripted-agent.ts";
import { createSeededRandom } from "./seeded-random.ts";
import { digestOf } from "./version-digest.ts";

/** How an agent of a site differs from the usual one. */
export type AgentOver = {
  replica?: number;
  effectMs?: number;
  failRatio?: number;
  /** Where it dials, whatever its replica. */
  port?: number;
};

/** Real controllers over one real PostgreSQL, agents over the real protocol, and all they do on record. */
export type FaultSite = {
  /** Everything of the site is in here or carries its name. */
  readonly folder: string;
  readonly seed: number;
  random(): number;
  readonly history: History;
  readonly replicas: readonly Replica[];
  readonly agents: readonly ScriptedAgent[];
  /** The test's own way to the database. */
  readonly db: Database;
  readonly postgres: EmbeddedDatabase;
  /** Enrols a host; its credential is for an agent of any kind. */
  enroll(hostName: string): Promise<{ hostId: string; credential: string }>;
  /** Adds and starts an agent that dials one replica, the first unless said. */
  addAgent(hostName: string, over?: AgentOver): Promise<ScriptedAgent>;
  /** Points an agent at another replica; it goes there when its stream ends. */
  moveAgent(agent: ScriptedAgent, replica: number): void;
  /** Enqueues a task with the next version of a subject, and gives its id once that is committed. */
  enqueue(hostId: string, over?: Partial<NewTask>): Promise<string>;
  /** Waits until every acknowledged task has ended and every observation is acknowledged. */
  settle(deadlineMs?: number): Promise<void>;
  /** Violations in all that was recorded and in what is stored now. */
  check(): Promise<Violation[]>;
  /** Ends everything, and gives the violations with those of what is left over. */
  close(): Promise<Violation[]>;
};

const experimentId = "faults";

/** Opens a site: PostgreSQL, migrated, with so many controllers before it. */
export async function createFaultSite(
  options: { replicas?: number; seed?: number; whole?: boolean } = {},
): Promise<FaultSite> {
  const { replicas: count = 1, seed = 1, whole = false } = options;
  const random = createSeededRandom(seed);
  const logger = createLogger({ name: "faults", level: "silent" });
  const folder = mkdtempSync(join(tmpdir(), "phoenix-faults-"));
  // PostgreSQL runs as another user where we are root, and must get through to its own folder.
  chmodSync(folder, 0o711);
  const history = createHistory();
  const postgres = await startEmbeddedDatabase({ dataDir: join(folder, "postgres"), logger });
  // A run that is broken off closes nothing; it must not leave processes behind.
  const onExit = (): void => {
    for (const pid of replicas.flatMap((replica) => replica.pid() ?? [])) process.kill(pid, "SIGKILL");
    process.kill(postgres.pid, "SIGQUIT");
    rmSync(folder, { recursive: true, force: true });
  };
  process.once("exit", onExit);
  const replicas: Replica[] = [];
  const db = await createDatabase({ url: postgres.url, poolSize: 6, logger });
  await migrate(db, migrations, "up");
  for (let index = 0; index < count; index++) {
    replicas.push(await createReplica({ databaseUrl: postgres.url, folder, random, whole }));
  }
  await Promise.all(replicas.map((replica) => replica.start()));

  const agents: ScriptedAgent[] = [];
  const homes = new Map<string, number>();
  const open = new Set<string>();
  let version = 0;

  const homeOf = (hostId: string): Replica => {
    const replica = replicas[homes.get(hostId) ?? 0];
    if (replica === undefined) throw new Error("there is no such replica");
    return replica;
  };

  const enroll: FaultSite["enroll"] = async (hostName) => {
    const [first] = replicas;
    if (first === undefined) throw new Error("a site without controllers enrols nobody");
    const { secret } = await first.client.fleet.createEnrollmentToken({ maxUses: 1 });
    const remote = createRemoteTransport(`http://127.0.0.1:${first.agentPort}`);
    try {
      return await createClient(AgentService, remote).enroll({ enrollmentToken: secret, facts: { hostName } });
    } finally {
      remote.close();
    }
  };

  /** Tasks that have not ended yet; those that have are not asked for again. */
  const openTasks = async (): Promise<ReadonlySet<string>> => {
    const rows = await db.query<{ task_id: string }>(
      "SELECT task_id FROM agent_tasks WHERE task_id = ANY($1) AND ended_at IS NOT NULL",
      [[...open]],
    );
    for (const { task_id } of rows) open.delete(task_id);
    return open;
  };

  const check = async (): Promise<Violation[]> => {
    const [first] = replicas;
    const client = first?.client;
    const found = client === undefined ? [] : await findAfterwards(db, client, experimentId);
    const atMs = performance.now();
    return checkHistory([...history.entries, ...found.map((operation) => ({ ...operation, atMs }))]);
  };

  const site: FaultSite = {
    folder,
    seed,
    random,
    history,
    replicas,
    agents,
    db,
    postgres,
    enroll,
    async addAgent(hostName, over = {}) {
      const { replica = 0, port, ...behaviour } = over;
      const { hostId, credential } = await enroll(hostName);
      homes.set(hostId, replica);
      const agent = createScriptedAgent({
        hostId,
        hostName,
        credential,
        port: () => port ?? homeOf(hostId).proxy.port,
        history,
        experimentId,
        random,
        ...behaviour,
      });
      agents.push(agent);
      agent.start();
      await eventually(`${hostName} to have a session`, () => agent.sessions > 0 || undefined);
      return agent;
    },
    moveAgent: (agent, replica) => void homes.set(agent.hostId, replica),
    async enqueue(hostId, over = {}) {
      const collectorId = over.subjectName ?? "active";
      const configDigest = digestOf(++version);
      const taskId = await db.transaction((tx) =>
        enqueueTask(tx, {
          hostId,
          kind: "collector",
          action: TaskAction.UPDATE,
          subject: { case: "collector", value: { collectorId, configDigest } },
          subjectName: collectorId,
          maxAttempts: 50,
          ...over,
        }),
      );
      open.add(taskId);
      history.record({ kind: "task-acknowledged", taskId, hostId });
      return taskId;
    },
    async settle(deadlineMs = 60_000) {
      await eventually("every task to end", async () => (await openTasks()).size === 0 || undefined, deadlineMs).catch(
        async (error: Error) => {
          const rows = await db.query(
            "SELECT task_id, host_id, state, attempt, message FROM agent_tasks WHERE ended_at IS NULL",
          );
          throw new Error(`${error.message}: ${JSON.stringify(rows.slice(0, 5))}`, { cause: error });
        },
      );
      await eventually(
        "every observation to be acknowledged",
        () => agents.every((agent) => agent.waiting() === 0) || undefined,
        deadlineMs,
      );
    },
    check,
    async close() {
      const violations = await check();
      for (const agent of agents) agent.stop();
      const ports = replicas.flatMap(({ apiUrl, agentPort }) => [Number(new URL(apiUrl).port), agentPort]);
      await Promise.all(replicas.map((replica) => replica.close()));
      await db.close();
      await postgres.stop();
      process.off("exit", onExit);
      const leftovers = createHistory();
      const gone = (): true | undefined => processesOf(folder).length === 0 || undefined;
      await eventually("every process to be gone", gone, 5_000).catch(() => undefined);
      for (const { pid, commandLine } of processesOf(folder)) {
        leftovers.record({ kind: "left-over", what: `process ${pid} ${commandLine}` });
        process.kill(pid, "SIGKILL");
      }
      for (const port of ports) {
        if (await isListenedOn(port)) leftovers.record({ kind: "left-over", what: `port ${port}` });
      }
      rmSync(folder, { recursive: true, force: true });
      return [...violations, ...checkHistory(leftovers.entries)];
    },
  };
  return site;
}

function isListenedOn(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
