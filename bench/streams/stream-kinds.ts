/**
 * The servers that are compared: the agent port of Phoenix (validation, request
 * ids, log, metrics, keep-alive, both protocols of HTTP on one port), grpc-js
 * with nothing around it, and WebSockets. Each greets a stream and pushes the
 * same bytes, a task for an agent.
 */
import { create, toBinary } from "@bufbuild/protobuf";
import { Server, ServerCredentials, type ServerDuplexStream } from "@grpc/grpc-js";
import { AgentService } from "@phoenix/gen/phoenix/agent/v1/agent_service_pb.ts";
import {
  type ConnectResponse,
  ConnectResponseSchema,
  WelcomeSchema,
} from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import { TaskAction, TaskAssignmentSchema } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import { createLogger } from "@phoenix/platform/logging";
import { createAgentServer, type GrpcImplementation } from "@phoenix/platform/rpc";
import { createMetrics } from "@phoenix/platform/telemetry";
import { WebSocketServer } from "ws";

/** A kind of server. */
export type StreamKind = "phoenix" | "grpc-js" | "ws";

/** Takes a stream: what writes to it; returns what forgets it. */
type Take = (write: (bytes: Buffer) => void) => () => void;

/** Serves streams of a kind on a port. */
export async function serveStreams(kind: StreamKind, port: number, take: Take): Promise<void> {
  if (kind === "phoenix") return servePhoenix(port, take);
  if (kind === "grpc-js") return serveGrpc(port, take);
  return serveWebSockets(port, take);
}

/** What a stream hears first. */
export const greeting = responseBytes({ case: "welcome", value: create(WelcomeSchema, { hostId: "h", session: 1n }) });

/** A task whose id is a time of the shared clock. */
export function taskBytes(atMs: number): Buffer {
  const subject = {
    case: "collector" as const,
    value: { collectorId: "active", configDigest: "a".repeat(64), pipeline: "process-baseline-v1" },
  };
  const fields = { taskId: String(atMs), attempt: 1, leaseToken: 1n, action: TaskAction.START, subject };
  return responseBytes({ case: "taskAssignment", value: create(TaskAssignmentSchema, fields) });
}

function responseBytes(message: ConnectResponse["message"]): Buffer {
  return Buffer.from(toBinary(ConnectResponseSchema, create(ConnectResponseSchema, { sequence: 1n, message })));
}

async function servePhoenix(port: number, take: Take): Promise<void> {
  const server = createAgentServer({
    port,
    logger: createLogger({ name: "bench", level: "error" }),
    metrics: createMetrics(),
  });
  const connect: GrpcImplementation<typeof AgentService>["connect"] = (call) => hold(call as Duplex, take);
  server.serve(AgentService, { connect } as GrpcImplementation<typeof AgentService>);
  await server.start();
}

type Duplex = ServerDuplexStream<unknown, Buffer>;

async function serveGrpc(port: number, take: Take): Promise<void> {
  const server = new Server();
  const asIs = (bytes: Buffer): Buffer => bytes;
  const { connect } = AgentService.method;
  server.addService(
    {
      connect: {
        path: `/${AgentService.typeName}/${connect.name}`,
        requestStream: true,
        responseStream: true,
        requestSerialize: asIs,
        requestDeserialize: asIs,
        responseSerialize: asIs,
        responseDeserialize: asIs,
      },
    },
    { connect: (call: Duplex) => hold(call, take) },
  );
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error) =>
      error === null ? resolve() : reject(error),
    );
  });
}

function hold(call: Duplex, take: Take): void {
  const forget = take((bytes) => call.write(bytes));
  call.on("data", () => undefined);
  call.on("error", () => undefined);
  call.on("close", forget);
  call.write(greeting);
}

async function serveWebSockets(port: number, take: Take): Promise<void> {
  const server = new WebSocketServer({ host: "127.0.0.1", port, perMessageDeflate: false });
  server.on("connection", (socket) => {
    const forget = take((bytes) => socket.send(bytes));
    socket.on("message", () => undefined);
    socket.on("error", () => undefined);
    socket.on("close", forget);
    socket.send(greeting);
  });
  await new Promise<void>((resolve, reject) => server.once("listening", resolve).once("error", reject));
}
