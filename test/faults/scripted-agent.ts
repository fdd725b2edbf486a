import { setTimeout as delay } from "node:timers/promises";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { ConnectResponse } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import { AttemptState, type TaskAssignment } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import { connectAgent, type ScriptedAgent as Stream } from "../../services/controller/testing/index.ts";
import type { History } from "./history/index.ts";
import { versionOf } from "./version-digest.ts";

/** Who an agent is, and how it behaves. */
export type ScriptedAgentOptions = {
  hostId: string;
  hostName: string;
  credential: string;
  /** Where it dials next. */
  port(): number;
  history: History;
  /** The experiment its observations belong to. */
  experimentId: string;
  random(): number;
  /** Longest time an effect takes. */
  effectMs?: number;
  /** Share of tries that fail and may be tried again. */
  failRatio?: number;
};

/**
 * An agent over the real protocol that keeps the promises of one: a journal, a
 * newest lease per task, unacknowledged observations that are sent again. What
 * it does is recorded. The journal and the observations outlive a crash.
 */
export type ScriptedAgent = {
  readonly hostId: string;
  /** The stream it talks on now; undefined between two. */
  readonly stream: Stream | undefined;
  /** Sessions it has had. */
  readonly sessions: number;
  /** Tries whose effect ended, as "task/attempt". */
  readonly done: ReadonlySet<string>;
  /** Every try it was given, oldest first. */
  readonly given: readonly TaskAssignment[];
  /** Observations not acknowledged. */
  waiting(): number;
  start(): void;
  /** Loses the connection and all memory at once, as kill -9 would. */
  crash(): void;
  /** Stops reading, speaking and working without closing anything, as SIGSTOP would. */
  freeze(): void;
  /** Goes on after a freeze. */
  thaw(): void;
  /** Makes one observation and sends it when it can. */
  observe(count: number): void;
  /** Sends observations that are acknowledged already once more. */
  replayAcknowledged(): void;
  stop(): void;
};

type Result = { attempt: number; state: AttemptState; assignment: TaskAssignment; endedAtMs: number };
type Made = { key: string; startMs: number; count: number };

const stateNames: Partial<Record<AttemptState, string>> = {
  [AttemptState.RUNNING]: "running",
  [AttemptState.COMPLETED]: "completed",
  [AttemptState.FAILED]: "failed",
};
/** Results of this age are told again on a new session, as the real agent does after a restart. */
const tellAgainMs = 60_000;
const heartbeatMs = 1_000;
const resendMs = 3_000;
const mostInBatch = 50;

/** Creates an agent; `start` dials. */
export function createScriptedAgent(options: ScriptedAgentOptions): ScriptedAgent {
  const { hostId, hostName, credential, history, experimentId, random, effectMs = 50, failRatio = 0 } = options;
  // What a real agent has on disk.
  const begun = new Map<string, TaskAssignment>();
  const ended = new Map<string, Result>();
  const newestLease = new Map<string, bigint>();
  const unacknowledged: Made[] = [];
  const acknowledged: Made[] = [];
  const firstWindowMs = Math.floor(Date.now() / 1000) * 1000 - 3_600_000;
  let observed = 0;
  let reports = 0;

  // What dies with the process.
  let life = 0;
  let running = false;
  let frozen = false;
  let stream: Stream | undefined;
  let session = 0n;
  let sessions = 0;
  let lanes = new Map<string, Promise<void>>();
  let inWork = new Map<string, TaskAssignment>();
  let sent: { batchId: bigint; made: Made[]; atMs: number } | undefined;
  let batches = 0n;
  const done = new Set<string>();
  const given: TaskAssignment[] = [];

  const keyOf = ({ taskId, attempt }: TaskAssignment): string => `${taskId}/${attempt}`;

  const report = (assignment: TaskAssignment, state: AttemptState): void => {
    if (stream === undefined || session === 0n) return;
    const { taskId, attempt, leaseToken } = assignment;
    const reportId = `${hostName}.${++reports}`;
    history.record({
      kind: "report-sent",
      reportId,
      hostId,
      session,
      taskId,
      attempt,
      leaseToken,
      state: stateNames[state] ?? String(state),
    });
    stream.report(assignment, state, { message: `report ${reportId}`, retryable: state === AttemptState.FAILED });
  };

  /** One try from its begin to its end; a crash in between leaves the journal as it is then. */
  const work = async (assignment: TaskAssignment, resumed: boolean, mine: number): Promise<void> => {
    const { taskId, attempt } = assignment;
    const overtaken = assignment.leaseToken < (newestLease.get(taskId) ?? 0n);
    const known = ended.get(taskId);
    if (mine !== life || overtaken) return;
    if (known !== undefined && (known.state === AttemptState.COMPLETED || known.attempt >= attempt)) {
      report(assignment, known.state);
      return;
    }
    begun.set(taskId, assignment);
    history.record({ kind: "effect-begun", hostId, taskId, attempt, resumed });
    report(assignment, AttemptState.RUNNING);
    await delay(random() * effectMs);
    while (frozen && mine === life) await delay(20);
    if (mine !== life) return;
    const failed = random() < failRatio;
    history.record({ kind: "effect-ended", hostId, taskId, attempt, done: !failed });
    done.add(keyOf(assignment));
    const { subject } = assignment;
    if (!failed && subject.case === "collector") {
      const version = versionOf(subject.value.configDigest);
      history.record({ kind: "config-applied", hostId, subject: subject.value.collectorId, version });
    }
    // Here a crash falls between the effect and the journal.
    await delay(random() * 5);
    if (mine !== life) return;
    const state = failed ? AttemptState.FAILED : AttemptState.COMPLETED;
    begun.delete(taskId);
    ended.set(taskId, { attempt, state, assignment, endedAtMs: performance.now() });
    report(assignment, state);
  };

  const accept = (assignment: TaskAssignment, resumed: boolean): void => {
    const key = keyOf(assignment);
    if (inWork.has(key)) return;
    inWork.set(key, assignment);
    const subject = assignment.subject.case === "collector" ? assignment.subject.value.collectorId : "";
    const mine = life;
    const after = lanes.get(subject) ?? Promise.resolve();
    const lane = after.then(() => work(assignment, resumed, mine)).finally(() => mine === life && inWork.delete(key));
    lanes.set(subject, lane);
  };

  const hearAssignment = (assignment: TaskAssignment): void => {
    const { taskId, attempt, leaseToken } = assignment;
    history.record({ kind: "assigned", hostId, session, taskId, attempt, leaseToken });
    given.push(assignment);
    if (leaseToken < (newestLease.get(taskId) ?? 0n)) return;
    newestLease.set(taskId, leaseToken);
    accept(assignment, false);
  };

  const hear = ({ message }: ConnectResponse): void => {
    if (message.case === "welcome") {
      session = message.value.session;
      sessions += 1;
      history.record({ kind: "session-opened", hostId, session });
      stream?.hello([...inWork.values()]);
      const sinceMs = performance.now() - tellAgainMs;
      for (const result of ended.values()) if (result.endedAtMs >= sinceMs) report(result.assignment, result.state);
    }
    if (message.case === "taskAssignment") hearAssignment(message.value);
    if (message.case === "reportFullState") stream?.hello([...inWork.values()]);
    if (message.case === "observationAck" && sent?.batchId === message.value.batchId) {
      for (const made of sent.made) {
        history.record({ kind: "observation-acknowledged", key: made.key });
        unacknowledged.splice(unacknowledged.indexOf(made), 1);
        acknowledged.push(made);
      }
      sent = undefined;
    }
  };

  const send = (made: Made[]): bigint => {
    const batchId = ++batches;
    const observations = made.map(({ startMs, count }) => ({
      experimentId,
      variant: "baseline",
      measurement: { windowStart: timestampFromMs(startMs), windowSeconds: 1, dataPoints: BigInt(count) },
    }));
    stream?.say({ case: "observations", value: { batchId, observations } });
    return batchId;
  };

  const feed = (): void => {
    if (session === 0n || unacknowledged.length === 0) return;
    if (sent !== undefined && performance.now() - sent.atMs < resendMs) return;
    const made = unacknowledged.slice(0, mostInBatch);
    sent = { batchId: send(made), made, atMs: performance.now() };
  };

  const converse = async (mine: number): Promise<void> => {
    while (mine === life && running) {
      const current = connectAgent(options.port(), credential, hostName);
      stream = current;
      let beatMs = performance.now();
      while (mine === life && running && current.ended === undefined) {
        if (!frozen) {
          for (const response of current.heard.splice(0)) hear(response);
          feed();
          if (session !== 0n && performance.now() - beatMs > heartbeatMs) {
            beatMs = performance.now();
            current.heartbeat([...inWork.values()].slice(0, 1000));
          }
        }
        await delay(10);
      }
      if (mine !== life) return;
      current.kill();
      session = 0n;
      sent = undefined;
      await delay(50 + random() * 300);
    }
  };

  return {
    hostId,
    get stream() {
      return stream;
    },
    get sessions() {
      return sessions;
    },
    done,
    given,
    waiting: () => unacknowledged.length,
    start() {
      life += 1;
      [running, frozen, session, sent] = [true, false, 0n, undefined];
      [lanes, inWork] = [new Map(), new Map()];
      for (const assignment of begun.values()) accept(assignment, true);
      void converse(life);
    },
    crash() {
      life += 1;
      running = false;
      stream?.kill();
      stream = undefined;
      session = 0n;
    },
    freeze() {
      frozen = true;
      stream?.freeze();
    },
    thaw() {
      frozen = false;
      stream?.thaw();
    },
    observe(count) {
      const startMs = firstWindowMs + observed++ * 1000;
      const key = `${hostId} ${startMs}`;
      history.record({ kind: "observed", key, count });
      unacknowledged.push({ key, startMs, count });
    },
    replayAcknowledged() {
      if (session !== 0n && acknowledged.length > 0) send(acknowledged.slice(-mostInBatch));
    },
    stop() {
      life += 1;
      running = false;
      stream?.kill();
      stream = undefined;
    },
  };
}
