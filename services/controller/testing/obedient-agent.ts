import { CollectorState } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import { AttemptState, TaskAction, type TaskAssignment } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import { connectAgent, type ScriptedAgent } from "./scripted-agent.ts";

/** What an agent makes of a task: does it, fails at it with these words, or keeps silent. */
export type Reaction = "do" | { fail: string } | "silence";

/** An agent that runs collectors and load in its head and does what it is told. */
export interface ObedientAgent {
  readonly hostId: string;
  /** The stream itself, for what this agent does not say by itself. */
  readonly stream: ScriptedAgent;
  /** Digests of what runs, by collector id; loads with an empty digest. */
  readonly running: Map<string, string>;
  /** Everything it was assigned, in order: "start exp.baseline" for instance. */
  readonly assigned: string[];
  /** Decides about each task; default does all. One met with silence is decided again when it is called off. */
  react: (assignment: TaskAssignment) => Reaction;
  /** Says how a collector stands. */
  sayCollector(collectorId: string, state: CollectorState, restarts?: number): void;
  stop(): void;
}

const verbs: Record<number, string> = {
  [TaskAction.START]: "start",
  [TaskAction.STOP]: "stop",
  [TaskAction.UPDATE]: "update",
};

/** Connects an obedient agent; it heartbeats until it is stopped. */
export async function connectObedientAgent(
  port: number,
  host: { hostId: string; credential: string; hostName: string },
): Promise<ObedientAgent> {
  const stream = connectAgent(port, host.credential, host.hostName);
  const running = new Map<string, string>();
  const assigned: string[] = [];
  const silent = new Map<string, TaskAssignment>();

  const sayCollector: ObedientAgent["sayCollector"] = (collectorId, state, restarts = 0) => {
    const [experimentId = "", variant = ""] = collectorId === "active" ? [] : collectorId.split(".");
    const configDigest = running.get(collectorId) ?? "";
    stream.say({
      case: "collectorStatus",
      value: { collectorId, state, configDigest, experimentId, variant, restarts },
    });
  };

  const obey = (assignment: TaskAssignment): void => {
    const { subject, action } = assignment;
    const name =
      subject.case === "collector"
        ? subject.value.collectorId
        : subject.case === "loadSimulation"
          ? subject.value.loadSimulationId
          : "";
    assigned.push(`${verbs[action]} ${name}`);
    const reaction = agent.react(assignment);
    if (reaction === "silence") {
      silent.set(assignment.taskId, assignment);
      return;
    }
    if (reaction !== "do") {
      stream.report(assignment, AttemptState.FAILED, { message: reaction.fail, retryable: false });
      return;
    }
    if (action === TaskAction.STOP) running.delete(name);
    else running.set(name, subject.case === "collector" ? subject.value.configDigest : "");
    if (subject.case === "collector") {
      sayCollector(name, action === TaskAction.STOP ? CollectorState.STOPPED : CollectorState.HEALTHY);
    }
    stream.report(assignment, AttemptState.COMPLETED);
  };

  const callOff = (taskId: string): void => {
    const assignment = silent.get(taskId);
    if (assignment === undefined) return;
    silent.delete(taskId);
    if (agent.react(assignment) === "silence") stream.report(assignment, AttemptState.CANCELLED);
    else obey(assignment);
  };

  const agent: ObedientAgent = {
    hostId: host.hostId,
    stream,
    running,
    assigned,
    react: () => "do",
    sayCollector,
    stop() {
      clearInterval(listening);
      clearInterval(heartbeats);
      stream.kill();
    },
  };
  await stream.next("welcome");
  stream.hello();
  const listening = setInterval(() => {
    for (const { message } of stream.heard.splice(0)) {
      if (message.case === "taskAssignment") obey(message.value);
      if (message.case === "taskCancel") callOff(message.value.taskId);
    }
  }, 5);
  const loads = () =>
    [...running].flatMap(([loadSimulationId, digest]) =>
      digest === "" ? [{ loadSimulationId, processes: 7, spawned: 9n, detail: "" }] : [],
    );
  const heartbeats = setInterval(() => stream.ended === undefined && stream.heartbeat([], loads()), 100);
  return agent;
}
