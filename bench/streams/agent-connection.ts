/*
 * One connection of one agent to the agent port, in gRPC over node:http2. It
 * does what the protocol asks and no more, so that thousands fit in a process;
 * the agent itself uses grpc-js. Nothing is shared between connections.
 */
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from "node:http2";
import { connect as dial } from "node:net";
import { create, type DescMethodUnary, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { AgentService } from "@phoenix/gen/phoenix/agent/v1/agent_service_pb.ts";
import {
  type ConnectRequest,
  ConnectRequestSchema,
  type ConnectResponse,
  ConnectResponseSchema,
} from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import { createFrameReader, frameOf } from "./frames.ts";

/** A conversation on a connection. */
export type AgentStream = {
  /** Says a message with this sequence number. */
  say(sequence: bigint, message: ConnectRequest["message"]): void;
  /** Sends bytes as they are, which need not be a message. */
  sayRaw(bytes: Buffer): void;
  /** Reads nothing any more, or again. */
  read(reading: boolean): void;
};

/** One connection. */
export type AgentConnection = {
  /** Makes a unary call. Rejects with the status when it is not OK. */
  call<I extends DescMethodUnary["input"], O extends DescMethodUnary["output"]>(
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I>,
  ): Promise<ReturnType<typeof fromBinary<O>>>;
  /** Opens the conversation. `onEnd` is called once, with the gRPC status or what broke. */
  converse(credential: string, on: { message(message: ConnectResponse): void; end(status: string): void }): AgentStream;
  /** Breaks the connection, without a word. */
  break(): void;
};

/** Dials from a source address of this machine, because a pair of addresses has only 28,000 ports. */
export function openAgentConnection(target: { host: string; port: number; localAddress: string }): AgentConnection {
  const { host, port, localAddress } = target;
  const session: ClientHttp2Session = connect(`http://${host}:${port}`, {
    createConnection: () => dial({ host, port, localAddress, noDelay: true }),
  });
  // Also told by the streams, which say what it meant for them.
  session.on("error", () => undefined);

  const open = (path: string, credential: string): ClientHttp2Stream =>
    session.request({
      ":method": "POST",
      ":path": path,
      "content-type": "application/grpc+proto",
      te: "trailers",
      ...(credential === "" ? {} : { authorization: `Bearer ${credential}` }),
    });

  return {
    call(method, request) {
      return new Promise((resolve, reject) => {
        const stream = open(`/${method.parent.typeName}/${method.name}`, "");
        let answer: Buffer | undefined;
        stream.on(
          "data",
          createFrameReader((message) => (answer = message)),
        );
        onceOver(stream, (status) => {
          if (status === "0" && answer !== undefined) resolve(fromBinary(method.output, answer));
          else reject(new Error(status));
        });
        stream.end(frameOf(toBinary(method.input, create(method.input, request))));
      });
    },
    converse(credential, on) {
      const { connect: method } = AgentService.method;
      const stream = open(`/${method.parent.typeName}/${method.name}`, credential);
      stream.on(
        "data",
        createFrameReader((message) => on.message(fromBinary(ConnectResponseSchema, message))),
      );
      onceOver(stream, on.end);
      const sayRaw = (bytes: Buffer): void => {
        if (!stream.destroyed && !stream.writableEnded) stream.write(bytes);
      };
      return {
        sayRaw,
        say: (sequence, message) =>
          sayRaw(frameOf(toBinary(ConnectRequestSchema, create(ConnectRequestSchema, { sequence, message })))),
        read: (reading) => void (reading ? stream.resume() : stream.pause()),
      };
    },
    break: () => session.destroy(),
  };
}

function onceOver(stream: ClientHttp2Stream, end: (status: string) => void): void {
  let status = "no status";
  const note = (headers: Record<string, unknown>): void => {
    const code = headers["grpc-status"];
    const words = decodeURIComponent(String(headers["grpc-message"] ?? ""));
    if (code !== undefined) status = code === "0" ? "0" : `${String(code)} ${words}`;
  };
  stream.on("response", note);
  stream.on("trailers", note);
  stream.on("error", (error) => {
    if (status === "no status") status = error.message;
  });
  stream.once("close", () => end(status));
}
