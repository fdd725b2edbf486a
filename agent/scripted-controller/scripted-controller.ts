import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { durationFromMs, durationMs, timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { ServerDuplexStream } from "@grpc/grpc-js";
import { AgentService } from "@phoenix/gen/phoenix/agent/v1/agent_service_pb.ts";
import type { ComponentSet } from "@phoenix/gen/phoenix/agent/v1/components_pb.ts";
import {
  type ConnectRequest,
  type ConnectResponse,
  ConnectResponseSchema,
  type Goodbye,
  type Heartbeat,
  type Hello,
  type LogLine,
  type ObservationBatch,
  WelcomeSchema,
} from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import { TaskAssignmentSchema, TaskCancelSchema, type TaskUpdate } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import type { Observation } from "@phoenix/gen/phoenix/measurement/v1/observation_pb.ts";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { createLogger } from "@phoenix/platform/logging";
import { type AgentServer, createAgentServer, failCall, type GrpcMessage } from "@phoenix/platform/rpc";
import { createMetrics } from "@phoenix/platform/telemetry";
import { createPollQueue } from "./poll-queue.ts";

type AgentStream = ServerDuplexStream<ConnectRequest, GrpcMessage<typeof ConnectResponseSchema>>;
type Said = Exclude<ConnectResponse["message"], { case: undefined }>;

/** What a controller was told, oldest first, and what it is to answer. */
export type ScriptedController = {
  /** Host and port; the same after a restart. */
  readonly address: string;
  readonly hellos: Hello[];
  readonly heartbeats: Heartbeat[];
  readonly updates: TaskUpdate[];
  readonly batches: ObservationBatch[];
  readonly logs: LogLine[];
  readonly goodbyes: Goodbye[];
  readonly components: ComponentSet[];
  /** Sequence numbers of the current stream. */
  readonly sequences: bigint[];
  /** Observations acknowledged, by key: what the benchmark would hold. */
  readonly stored: Map<string, Observation>;
  /** Configurations to be fetched, by digest. */
  readonly configs: Map<string, Uint8Array>;
  /** Credentials that are accepted, and when they end. */
  readonly credentials: Map<string, number>;
  /** Tokens that may be used once more. */
  readonly tokens: Set<string>;
  /** Tasks whose reports are refused as stale. */
  readonly staleTasks: Set<string>;
  /** False keeps observations unacknowledged. */
  acknowledging: boolean;
  /** False makes it accept streams and say nothing. */
  welcoming: boolean;
  /** Time between the heartbeats of an agent that does not work; while it works, 50 ms at most. */
  heartbeatIntervalMs: number;
  /** Time a new credential is good for. */
  credentialTtlMs: number;
  /** Sessions opened so far. */
  sessions(): number;
  assign(assignment: MessageInitShape<typeof TaskAssignmentSchema>): void;
  cancel(cancel: MessageInitShape<typeof TaskCancelSchema>): void;
  requestFullState(): void;
  requestComponents(): void;
  drain(retryAfterMs: number): void;
  /** Ends the stream without an error. */
  endStream(): void;
  /** Cuts everything off, as a killed process would; `start` brings it back on the same port. */
  kill(): Promise<void>;
  start(): Promise<void>;
};

/** Starts one on a free port. */
export async function createScriptedController(): Promise<ScriptedController> {
  let server: AgentServer | null = null;
  let port = 0;
  let session = 0n;
  let issued = 0;
  let stream: AgentStream | null = null;
  let sequence = 0n;
  const polls = createPollQueue();

  const refuse = () => phoenixError(ErrorReason.CREDENTIAL_REJECTED, "The credential is unknown.");
  const authenticate = (authorization: string | undefined): void => {
    const secret = (authorization ?? "").replace(/^Bearer /, "");
    if ((controller.credentials.get(secret) ?? 0) < Date.now()) throw refuse();
  };
  const issue = () => {
    const credential = `credential-${++issued}`;
    const expireMs = Date.now() + controller.credentialTtlMs;
    controller.credentials.set(credential, expireMs);
    return { credential, expireTime: timestampFromMs(expireMs) };
  };
  const welcome = () =>
    create(WelcomeSchema, {
      hostId: "host-1",
      session,
      heartbeatInterval: durationFromMs(controller.heartbeatIntervalMs),
      workingHeartbeatInterval: durationFromMs(50),
      maxObservationsPerBatch: 4,
      controllerTime: timestampFromMs(Date.now()),
      serverVersion: "scripted",
    });
  const say = (message: Said): void => {
    stream?.write(create(ConnectResponseSchema, { sequence: ++sequence, message }));
  };
  const store = (observations: Observation[]): void => {
    for (const observation of observations) {
      const { experimentId, variant, measurement } = observation;
      controller.stored.set(`${experimentId} ${variant} ${measurement?.windowStart?.seconds}`, observation);
    }
  };
  const hear = ({ sequence, message }: ConnectRequest): void => {
    controller.sequences.push(sequence);
    if (message.case === "hello") controller.hellos.push(message.value);
    if (message.case === "heartbeat") controller.heartbeats.push(message.value);
    if (message.case === "taskUpdate") controller.updates.push(message.value);
    if (message.case === "logs") controller.logs.push(...message.value.lines);
    if (message.case === "goodbye") controller.goodbyes.push(message.value);
    if (message.case === "observations") {
      controller.batches.push(message.value);
      if (!controller.acknowledging) return;
      store(message.value.observations);
      say({ case: "observationAck", value: { batchId: message.value.batchId } as never });
    }
  };
  const checkSession = (claimed: bigint): void => {
    if (claimed !== session) throw phoenixError(ErrorReason.STALE_TOKEN, "The session is over.");
  };

  const serve = (next: AgentServer): void => {
    next.serve(AgentService, {
      async enroll({ enrollmentToken }) {
        if (!controller.tokens.delete(enrollmentToken)) {
          throw phoenixError(ErrorReason.ENROLLMENT_TOKEN_REJECTED, "The enrolment token is unknown.");
        }
        return { hostId: "host-1", ...issue() };
      },
      async renewCredential(_, context) {
        authenticate(context.header("authorization"));
        return issue();
      },
      connect(call) {
        try {
          authenticate(call.metadata.get("authorization")[0]?.toString());
        } catch (error) {
          failCall(call, error);
          return;
        }
        // An agent that is killed resets its stream, as the tests want it to; without a listener that would end them.
        call.on("error", () => undefined);
        if (!controller.welcoming) return;
        stream = call;
        session += 1n;
        sequence = 0n;
        controller.sequences.length = 0;
        say({ case: "welcome", value: welcome() });
        call.on("data", hear);
        call.on("end", () => call.end());
      },
      async fetchConfig({ configDigest }, context) {
        authenticate(context.header("authorization"));
        const config = controller.configs.get(configDigest);
        if (config !== undefined) return { config };
        throw phoenixError(ErrorReason.CONFIG_NOT_FOUND, "No configuration has this digest.");
      },
      async pollTasks({ session: claimed, wait }, context) {
        authenticate(context.header("authorization"));
        checkSession(claimed);
        return polls.take(wait === undefined ? 0 : durationMs(wait));
      },
      async reportComponents({ components }, context) {
        authenticate(context.header("authorization"));
        if (components !== undefined) controller.components.push(components);
        return {};
      },
      async reportTask({ session: claimed, update }, context) {
        authenticate(context.header("authorization"));
        checkSession(claimed);
        if (update === undefined) return {};
        if (controller.staleTasks.has(update.taskId)) throw phoenixError(ErrorReason.STALE_TOKEN, "The lease is over.");
        controller.updates.push(update);
        return {};
      },
      async sendHeartbeat(request, context) {
        authenticate(context.header("authorization"));
        if (request.hello === undefined) checkSession(request.session);
        else {
          session += 1n;
          controller.hellos.push(request.hello);
        }
        if (request.heartbeat !== undefined) controller.heartbeats.push(request.heartbeat);
        if (request.goodbye !== undefined) controller.goodbyes.push(request.goodbye);
        return { welcome: welcome() };
      },
      async pushObservations({ session: claimed, observations }, context) {
        authenticate(context.header("authorization"));
        checkSession(claimed);
        controller.batches.push({ batchId: 0n, observations } as ObservationBatch);
        if (!controller.acknowledging) throw phoenixError(ErrorReason.DATABASE_UNAVAILABLE, "The database is away.");
        store(observations);
        return {};
      },
      async pushLogs({ session: claimed, batch }, context) {
        authenticate(context.header("authorization"));
        checkSession(claimed);
        controller.logs.push(...(batch?.lines ?? []));
        return {};
      },
    });
  };

  const controller: ScriptedController = {
    get address() {
      return `127.0.0.1:${port}`;
    },
    hellos: [],
    heartbeats: [],
    updates: [],
    batches: [],
    logs: [],
    goodbyes: [],
    components: [],
    sequences: [],
    stored: new Map(),
    configs: new Map(),
    credentials: new Map([["valid", Number.POSITIVE_INFINITY]]),
    tokens: new Set(),
    staleTasks: new Set(),
    acknowledging: true,
    welcoming: true,
    heartbeatIntervalMs: 50,
    credentialTtlMs: 3_600_000,
    sessions: () => Number(session),
    assign(assignment) {
      const value = create(TaskAssignmentSchema, assignment);
      say({ case: "taskAssignment", value });
      polls.assign(value);
    },
    cancel(cancel) {
      const value = create(TaskCancelSchema, cancel);
      say({ case: "taskCancel", value });
      polls.cancel(value);
    },
    requestFullState() {
      say({ case: "reportFullState", value: {} as never });
      polls.wantFullState();
    },
    requestComponents() {
      say({ case: "reportComponents", value: {} as never });
      polls.wantComponents();
    },
    drain(retryAfterMs) {
      say({ case: "drain", value: { retryAfter: durationFromMs(retryAfterMs), reason: "restart" } as never });
    },
    endStream() {
      stream?.end();
    },
    async kill() {
      const last = server;
      server = null;
      stream = null;
      // A new process knows no session of the old one.
      session += 1n;
      const stopped = last?.stop(0);
      polls.wake();
      await stopped;
    },
    async start() {
      const logger = createLogger({ name: "scripted", level: "silent" });
      const next = createAgentServer({ port, logger, metrics: createMetrics() });
      serve(next);
      await next.start();
      port = next.port;
      server = next;
    },
  };
  await controller.start();
  return controller;
}
