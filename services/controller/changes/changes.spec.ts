import { type Client, createClient } from "@connectrpc/connect";
import {
  type Change,
  ChangeService,
  type StreamChangesResponse,
} from "@phoenix/gen/phoenix/controller/v1/change_service_pb.ts";
import { DeploymentEventType } from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import { ExperimentEventType } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { SubjectKind } from "@phoenix/gen/phoenix/controller/v1/subject_pb.ts";
import { createDatabase, type Database } from "@phoenix/platform/database";
import { ErrorReason, isPhoenixError } from "@phoenix/platform/errors";
import { createLogger } from "@phoenix/platform/logging";
import { createInProcessTransport } from "@phoenix/platform/rpc";
import { createTestDatabase, stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { createChangeService } from "../api/change-service.ts";
import { appendDeploymentEvents } from "../deployments/index.ts";
import { appendEvent } from "../events/index.ts";
import { controllerMigrations, createExperimentSite, type ExperimentSite, until } from "../testing/index.ts";
import { type ChangeFeed, type ChangeSettings, changeDefaults, createChangeFeed } from "./index.ts";

after(stopTestDatabases);

const logger = createLogger({ name: "test", level: "silent" });
const quick: Partial<ChangeSettings> = { pollIntervalMs: 40, debounceMs: 2, heartbeatMs: 200 };

/** A reader that keeps what it was told until it is stopped. */
interface Listener {
  answers: StreamChangesResponse[];
  changes(): Change[];
  /** The message of each event. */
  events(): string[];
  /** The cursor of each event. Two replicas that number at once leave gaps. */
  cursors(): bigint[];
  cursor(): bigint;
  stop(): Promise<void>;
}

async function listen(
  client: Client<typeof ChangeService>,
  request: { afterCursor?: bigint; kinds?: SubjectKind[] } = {},
): Promise<Listener> {
  const answers: StreamChangesResponse[] = [];
  const gone = new AbortController();
  const done = (async () => {
    for await (const answer of client.streamChanges(request, { signal: gone.signal })) answers.push(answer);
  })().catch((error: unknown) => {
    if (!gone.signal.aborted) throw error;
  });
  await until("the stream has begun", () => answers.length > 0);
  const changes = (): Change[] => answers.flatMap((answer) => answer.changes);
  const told = (): Change[] => changes().filter((change) => change.experimentEvent || change.deploymentEvent);
  return {
    answers,
    changes,
    events: () => told().map(({ experimentEvent, deploymentEvent }) => (experimentEvent ?? deploymentEvent)!.message),
    cursors: () => told().map(({ cursor }) => cursor),
    cursor: () => answers.at(-1)?.newestCursor ?? 0n,
    async stop() {
      gone.abort();
      await done;
    },
  };
}

describe("the changes a controller tells", () => {
  let db: Database;
  let feeds: ChangeFeed[];
  let listeners: Listener[];
  let client: Client<typeof ChangeService>;

  const addFeed = async (over: Partial<ChangeSettings> = {}, on = db): Promise<Client<typeof ChangeService>> => {
    const feed = createChangeFeed({ db: on, logger, settings: { ...changeDefaults, ...quick, ...over } });
    feeds.push(feed);
    await feed.start();
    const transport = createInProcessTransport(
      (router) => void router.service(ChangeService, createChangeService(feed)),
      { logger },
    );
    return createClient(ChangeService, transport);
  };
  const hear = async (...args: Parameters<typeof listen>): Promise<Listener> => {
    const listener = await listen(...args);
    listeners.push(listener);
    return listener;
  };

  const addExperiment = (id: string, spec: object = {}): Promise<unknown> =>
    db.query(
      `INSERT INTO experiments (experiment_id, name, spec, phase_reason, phase_deadline, create_time)
       VALUES ($1, $1, $2, 'new', now(), now())`,
      [id, JSON.stringify(spec)],
    );
  const addDeployment = (id: string, selector: object = {}): Promise<unknown> =>
    db.query(
      `INSERT INTO deployments (deployment_id, name, selector, strategy, gates, wanted_version, target_version, state,
         state_reason, step, steps, create_time, update_time)
       VALUES ($1, $1, $2, '{}', '{}', 1, 1, 'rolled_out', 'new', 0, 0, now(), now())`,
      [id, JSON.stringify(selector)],
    );
  const addHost = async (id: string, labels: Record<string, string> = {}): Promise<void> => {
    await db.query(`INSERT INTO hosts (host_id, host_name, labels) VALUES ($1, $1, $2)`, [id, JSON.stringify(labels)]);
    await db.query(`INSERT INTO agent_status (host_id, facts) VALUES ($1, '{}')`, [id]);
  };
  const told = (message: string) => ({
    type: ExperimentEventType.CREATED,
    actor: "system",
    message,
    phase: "pending",
  });
  const append = (message: string, id = "e"): Promise<bigint> =>
    db.transaction((tx) => appendEvent(tx, id, told(message)));
  const appendOfDeployment = (message: string, id = "d"): Promise<void> =>
    db.transaction((tx) => appendDeploymentEvents(tx, id, [{ type: DeploymentEventType.PAUSED, message }]));

  const cursorsStored = async (): Promise<bigint[]> => {
    const rows = await db.query<{ cursor: string }>("SELECT cursor FROM experiment_events ORDER BY cursor");
    return rows.map(({ cursor }) => BigInt(cursor));
  };

  beforeEach(async () => {
    db = await createTestDatabase({ migrations: controllerMigrations });
    feeds = [];
    listeners = [];
    await addExperiment("e");
    await addDeployment("d");
    client = await addFeed();
  });
  afterEach(async () => {
    await Promise.all(listeners.map((listener) => listener.stop()));
    await Promise.all(feeds.map((feed) => feed.stop()));
    await db.close();
  });

  it("are the events of experiments and deployments in one order, each with its cursor", async () => {
    const { changes, events } = await hear(client);
    await append("one");
    await appendOfDeployment("two");
    await append("three");
    await until("three events", () => events().length === 3);
    expect(events()).to.deep.equal(["one", "two", "three"]);
    expect(changes().find(({ experimentEvent }) => experimentEvent !== undefined)).to.deep.include({
      kind: SubjectKind.EXPERIMENT,
      subjectId: "e",
    });
  });

  it("begin with what is new for a reader without a cursor", async () => {
    await append("old");
    const listener = await hear(client);
    await append("new");
    await until("the new one", () => listener.events().length > 0);
    expect(listener.events()).to.deep.equal(["new"]);
  });

  it("go on behind a cursor with nothing lost and nothing twice, on another replica too", async () => {
    const other = await addFeed();
    const first = await hear(client);
    for (const message of ["one", "two"]) await append(message);
    await until("two events", () => first.events().length === 2);
    const cursor = first.cursor();
    await first.stop();
    for (const message of ["three", "four"]) await append(message);
    const second = await hear(other, { afterCursor: cursor });
    await append("five");
    await until("three events", () => second.events().length === 3);
    expect([...first.events(), ...second.events()]).to.deep.equal(["one", "two", "three", "four", "five"]);
    expect(second.answers.some(({ reset }) => reset)).to.equal(false);
  });

  it("say after a pause that anything without an event may have changed meanwhile", async () => {
    await append("one");
    const listener = await hear(client, { afterCursor: 1n });
    const wild = (): SubjectKind[] => listener.changes().flatMap((c) => (c.subjectId === "" ? [c.kind] : []));
    await until("the notices", () => wild().length > 0);
    expect(wild()).to.have.members([1, 2, 3, 4, 5]);
  });

  it("do not pass over an event whose transaction commits after later ones were told", async () => {
    await addExperiment("slow");
    const listener = await hear(client);
    let commit = (): void => undefined;
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const slow = db.transaction(async (tx) => {
      await appendEvent(tx, "slow", told("late"));
      open();
      await new Promise<void>((resolve) => {
        commit = resolve;
      });
    });
    await opened;
    await append("early");
    await until("the early one", () => listener.events().length === 1);
    const resumed = await hear(await addFeed(), { afterCursor: listener.cursor() });
    commit();
    await slow;
    await until("the late one", () => listener.events().length === 2 && resumed.events().length === 1);
    expect([listener.events(), resumed.events()]).to.deep.equal([["early", "late"], ["late"]]);
  });

  it("are the same for the readers of two replicas while many write at once", async () => {
    const ids = ["a", "b", "c", "f"];
    for (const id of ids) await addExperiment(id);
    const one = await hear(client);
    const two = await hear(await addFeed());
    const writing = Array.from({ length: 80 }, (_, index) =>
      index % 5 === 0 ? appendOfDeployment(`d${index}`) : append(`${index}`, ids[index % ids.length]),
    );
    await Promise.all(writing);
    await until("all events on both", () => one.events().length >= 80 && two.events().length >= 80);
    expect(one.events()).to.deep.equal(two.events());
    expect(one.cursors()).to.deep.equal(two.cursors());
    expect(new Set(one.events()).size).to.equal(80);
    expect(one.cursors().every((cursor, place, all) => place === 0 || cursor > all[place - 1]!)).to.equal(true);
    const ofA = one
      .changes()
      .flatMap(({ subjectId, experimentEvent }) =>
        subjectId === "a" && experimentEvent ? [experimentEvent.sequence] : [],
      );
    expect(ofA).to.deep.equal(ofA.toSorted((x, y) => Number(x - y)));
  });

  it("are read anew by a reader that is too far behind, or has a cursor nobody gave out", async () => {
    const strict = await addFeed({ maxReplay: 3 });
    for (let index = 0; index < 5; index++) await append(`${index}`);
    const watching = await hear(client);
    const known = await cursorsStored();
    expect(known.length).to.equal(5);
    for (const [round, afterCursor] of [known[0]!, 1_000_000n].entries()) {
      const listener = await hear(strict, { afterCursor });
      expect(listener.answers[0]).to.deep.include({ reset: true, changes: [] });
      // Two feeds that number the same events at once leave a gap behind them.
      expect(Number(listener.answers[0]?.newestCursor)).to.be.at.least(Number(watching.cursor()));
      await append(`next ${round}`);
      await until("the next one", () => listener.events().length === 1 && watching.events().length === round + 1);
      expect(listener.events()).to.deep.equal([`next ${round}`]);
      await listener.stop();
    }
  });

  it("come to a slow reader from the database, however many there are, page by page", async () => {
    const paged = await addFeed({ pageSize: 7 });
    await append("first");
    for (let index = 2; index <= 40; index++) await append(`${index}`);
    await hear(client);
    const [first = 0n] = await cursorsStored();
    const listener = await hear(paged, { afterCursor: first });
    await until("all of them", () => listener.events().length >= 39);
    expect(listener.events()).to.deep.equal(Array.from({ length: 39 }, (_, index) => `${index + 2}`));
  });

  it("are of the wanted kinds only, and the cursor moves on all the same", async () => {
    const listener = await hear(client, { kinds: [SubjectKind.DEPLOYMENT] });
    await append("of no interest");
    await until("the cursor moved", () => listener.cursor() > 0n);
    await appendOfDeployment("wanted");
    await until("the wanted one", () => listener.events().length > 0);
    expect(listener.events()).to.deep.equal(["wanted"]);
  });

  it("say nothing, now and then, while nothing changes", async () => {
    const listener = await hear(client);
    await until("three signs of life", () => listener.answers.length >= 3);
    expect(listener.changes()).to.deep.equal([]);
  });

  it("end with a reason when the server stops", async () => {
    const feed = feeds[0]!;
    const stream = feed.stream({ afterCursor: 0n, kinds: [] }, new AbortController().signal);
    await stream.next();
    const next = stream.next().then(
      () => null,
      (error: unknown) => error,
    );
    await feed.stop();
    expect(isPhoenixError(await next, ErrorReason.SHUTTING_DOWN)).to.equal(true);
  });

  it("tell of hosts that come, change and go, and not of heartbeats", async () => {
    await addHost("h1", { env: "prod" });
    const listener = await hear(client);
    const notices = (): string[] =>
      listener.changes().map((c) => `${c.kind} ${c.subjectId} ${c.deleted} ${JSON.stringify(c.labels)}`);
    await db.query("UPDATE agent_status SET agent_cpu_ratio = 0.5");
    await addHost("h2");
    await until("the new host", () => notices().length === 1);
    await db.query(`UPDATE hosts SET labels = '{"env": "test"}', changed_at = clock_timestamp() WHERE host_id = 'h1'`);
    await until("the changed host", () => notices().length === 2);
    await db.query("DELETE FROM hosts WHERE host_id = 'h1'");
    await until("the host that is gone", () => notices().length === 3);
    expect(notices()).to.deep.equal([
      "2 h2 false {}",
      `2 h1 false ${JSON.stringify({ env: "test" })}`,
      `2 h1 true ${JSON.stringify({ env: "test" })}`,
    ]);
  });

  it("tell one thing of many hosts that change at once", async () => {
    const coarse = await addFeed({ maxNotices: 3 });
    const listener = await hear(coarse);
    await db.transaction(async (tx) => {
      for (let index = 0; index < 5; index++) {
        await tx.query(`INSERT INTO hosts (host_id, host_name) VALUES ($1, $1)`, [`h${index}`]);
        await tx.query(`INSERT INTO agent_status (host_id, facts) VALUES ($1, '{}')`, [`h${index}`]);
      }
    });
    await until("the notice", () => listener.changes().length > 0);
    expect(listener.changes().map(({ kind, subjectId }) => [kind, subjectId])).to.deep.equal([[SubjectKind.HOST, ""]]);
  });

  it("have the labels that all hosts concerned have", async () => {
    await addHost("h1", { env: "prod", rack: "1" });
    await addHost("h2", { env: "prod", rack: "2" });
    await addExperiment("named", { hosts: { hosts: ["h1", "h2"] } });
    await addExperiment("chosen", { hosts: { labels: { env: "test" } } });
    await addDeployment("labelled", { labels: { team: "a" } });
    const listener = await hear(client);
    await append("1", "named");
    await append("2", "chosen");
    await appendOfDeployment("3", "labelled");
    await append("4", "e");
    await until("all four", () => listener.events().length === 4);
    const labels = listener.changes().flatMap((c) => (c.experimentEvent || c.deploymentEvent ? [{ ...c.labels }] : []));
    expect(labels).to.deep.equal([{ env: "prod" }, { env: "test" }, { team: "a" }, {}]);
  });

  it("have the name of an experiment, a deployment and a host, of one that is gone too", async () => {
    await db.query(`INSERT INTO hosts (host_id, host_name) VALUES ('h1', 'web-1')`);
    await db.query(`INSERT INTO agent_status (host_id, facts) VALUES ('h1', '{}')`);
    await db.query("UPDATE experiments SET name = 'cheaper' WHERE experiment_id = 'e'");
    await db.query("UPDATE deployments SET name = 'everywhere' WHERE deployment_id = 'd'");
    const listener = await hear(client);
    const names = (): string[] => listener.changes().map((c) => `${c.subjectId} ${c.subjectName}`);
    await append("one");
    await appendOfDeployment("two");
    await db.query("DELETE FROM hosts WHERE host_id = 'h1'");
    await until("all three", () => new Set(names()).size === 3);
    expect(names()).to.include.members(["e cheaper", "d everywhere", "h1 web-1"]);
  });

  it("come back after the database was away", async () => {
    const own = await createDatabase({ url: db.url, logger });
    const lone = await addFeed({}, own);
    const listener = await hear(lone);
    await db.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    await until("the pool is back", () => append("after").catch(() => false));
    await until("the event", () => listener.events().length > 0);
    expect(listener.events()).to.deep.equal(["after"]);
    await listener.stop();
    await feeds.at(-1)!.stop();
    await own.close();
  });
});

describe("the changes of a working controller", () => {
  let site: ExperimentSite;
  before(async () => {
    site = await createExperimentSite();
  });
  after(() => site.stop());

  it("tell of the tasks and the load of a host, by their ids", async () => {
    const transport = createInProcessTransport((router) => site.controller.routes(router), { logger });
    const agent = await site.addHost("web-1");
    const listener = await listen(createClient(ChangeService, transport));
    try {
      const { loadSimulation } = await site.loads.startLoadSimulation({
        hosts: { hosts: ["web-1"] },
        load: { case: "profile", value: "realistic" },
      });
      const { loadSimulationId } = loadSimulation!;
      const { tasks } = await site.fleet.listTasks({ hostId: agent.hostId });
      const heard = (kind: SubjectKind, id: string): boolean =>
        listener.changes().some((change) => change.kind === kind && change.subjectId === id);
      await until("the load", () => heard(SubjectKind.LOAD_SIMULATION, loadSimulationId));
      await until("its task", () => heard(SubjectKind.TASK, tasks[0]!.taskId));
      const before = listener.changes().length;
      await site.loads.stopLoadSimulation({ loadSimulationId });
      await until("the end of the load", () =>
        listener
          .changes()
          .slice(before)
          .some((change) => change.subjectId === loadSimulationId),
      );
    } finally {
      await listener.stop();
    }
  });
});
