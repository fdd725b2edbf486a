/*
 * One simulated agent: it keeps a session, heartbeats, and answers each task
 * with COMPLETED without doing anything. It journals as the real
 * one does: a try it has finished is reported again, not counted as an effect.
 */
import { setTimeout as delay } from "node:timers/promises";
import { durationMs } from "@bufbuild/protobuf/wkt";
import {
  CollectorState,
  type ConnectRequest,
  type ConnectResponse,
} from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import { AttemptState, type TaskAssignment } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import { backoffMs } from "@phoenix/platform/lifecycle";
import { nowMs } from "../report/monotonic.ts";
import { type AgentConnection, type AgentStream, openAgentConnection } from "../streams/agent-connection.ts";
import { heartbeatOf, helloOf, observationsOf, statusOf, updateOf } from "./agent-words.ts";
import type { Misbehaviour } from "./misbehaviour.ts";

/** Who an agent is. */
export type Identity = { hostId: string; hostName: string; credential: string };

/** Where agents dial. */
export type Target = { host: string; port: number; localAddress: string };

/** What the agents of one process have in common: where they note what happens. */
export type Notebook = {
  /** A try arrived; `batch` is what the producer wrote into the task. */
  received(batch: string, atMs: number): void;
  /** A try had its effect. */
  effect(taskId: string): void;
  /** What a try brought came into force on a host. */
  applied(hostId: string, batch: string): void;
  /** A finished try came again and was answered from the journal. */
  repeated(): void;
  welcomed(atMs: number): void;
  ended(status: string): void;
  acknowledged(rows: number): void;
};

/** One agent. */
export type SimulatedAgent = {
  readonly connected: boolean;
  /** Keeps a session from now on: dials, and dials again after every end. */
  start(): void;
  /** Sends observations and goes on while the batches are acknowledged, until the time is over. */
  observe(untilMs: number, rowsPerBatch: number): void;
  misbehave(how: Misbehaviour): void;
  /** Says from now on how a collector stands before it reports a task about it. */
  tellCollectors(): void;
  stop(): void;
};

const reconnect = { baseMs: 200, maxMs: 15_000 };
const journalEntries = 64;

/** Creates an agent that does nothing until it is started. */
export function createSimulatedAgent(identity: Identity, target: Target, notes: Notebook): SimulatedAgent {
  const journal = new Set<string>();
  let connection: AgentConnection | undefined;
  let stream: AgentStream | undefined;
  let heart: NodeJS.Timeout | undefined;
  let sequence = 0n;
  let connected = false;
  let failures = 0;
  let stopped = false;
  let how: Misbehaviour | undefined;
  let tellsCollectors = false;
  let observing: { untilMs: number; rows: number; batchId: bigint } | undefined;

  const say = (message: ConnectRequest["message"]): void => {
    sequence += 1n;
    stream?.say(sequence, message);
  };

  const beat = (): void => {
    if (how === "silent") return;
    if (how === "hostile") stream?.sayRaw(Buffer.from("\0\0\0\0\x05not a message of this contract"));
    else say(heartbeatOf());
    if (how === "flapping") connection?.break();
  };

  const answer = (assignment: TaskAssignment): void => {
    const { taskId, attempt, subject } = assignment;
    notes.received(subject.case === "collector" ? subject.value.pipeline : "", nowMs());
    const key = `${taskId}/${attempt}`;
    const fromJournal = journal.has(key);
    if (fromJournal) notes.repeated();
    else {
      notes.effect(key);
      if (subject.case === "collector") notes.applied(identity.hostId, subject.value.pipeline);
    }
    journal.add(key);
    if (journal.size > journalEntries) journal.delete(journal.values().next().value ?? "");
    if (tellsCollectors && subject.case === "collector") {
      for (const state of [CollectorState.STARTING, CollectorState.HEALTHY]) say(statusOf(subject.value, state));
    }
    const completed = { ...updateOf(assignment, AttemptState.COMPLETED), fromJournal };
    const running = () => updateOf(assignment, AttemptState.RUNNING);
    // What is done within a moment is told by its end alone, as the real agent's outbox does.
    const words = how === "reordering" ? [completed, running()] : [completed];
    for (const value of words) {
      for (let times = how === "duplicating" ? 3 : 1; times > 0; times--) say({ case: "taskUpdate", value });
    }
  };

  const sendObservations = (): void => {
    if (observing === undefined || nowMs() > observing.untilMs) return;
    observing.batchId += 1n;
    say({ case: "observations", value: observationsOf(observing.batchId, observing.rows) });
  };

  const hear = ({ message }: ConnectResponse): void => {
    if (message.case === "welcome") {
      connected = true;
      failures = 0;
      notes.welcomed(nowMs());
      say(helloOf(identity.hostName));
      const { heartbeatInterval } = message.value;
      const everyMs = heartbeatInterval === undefined ? 3_000 : durationMs(heartbeatInterval);
      // Spread over the interval, as the beats of agents that started at different times are.
      heart = setTimeout(() => {
        beat();
        heart = setInterval(beat, everyMs);
      }, Math.random() * everyMs);
      if (how === "slow-reader") stream?.read(false);
    } else if (message.case === "taskAssignment") answer(message.value);
    else if (message.case === "observationAck") {
      notes.acknowledged(observing?.rows ?? 0);
      sendObservations();
    }
  };

  const over = (status: string): void => {
    connected = false;
    clearTimeout(heart);
    connection?.break();
    notes.ended(status);
    if (stopped) return;
    void delay(backoffMs(failures, reconnect), undefined, { ref: false }).then(dialAgain);
    failures += 1;
  };

  const dialAgain = (): void => {
    if (stopped) return;
    sequence = 0n;
    connection = openAgentConnection(target);
    stream = connection.converse(identity.credential, { message: hear, end: over });
  };

  return {
    get connected() {
      return connected;
    },
    start: dialAgain,
    observe(untilMs, rows) {
      observing = { untilMs, rows, batchId: observing?.batchId ?? 0n };
      sendObservations();
    },
    misbehave(wanted) {
      how = wanted;
      if (how === "slow-reader") stream?.read(false);
    },
    tellCollectors() {
      tellsCollectors = true;
    },
    stop() {
      stopped = true;
      clearTimeout(heart);
      connection?.break();
    },
  };
}
