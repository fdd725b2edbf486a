import type { DescMethodUnary, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { create } from "@bufbuild/protobuf";
import { Client, type ClientDuplexStream, Metadata } from "@grpc/grpc-js";
import { AgentService } from "@phoenix/gen/phoenix/agent/v1/agent_service_pb.ts";
import type { ConnectRequest, ConnectResponse } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import { readCallFailure } from "./call-failure.ts";
import { createCodec } from "./codec.ts";
import { channelCredentials, channelOptions, type DialOptions } from "./dial.ts";

/** How one call is made. */
export type CallOptions = {
  /** The agent's credential; left out of calls that need none. */
  credential?: string;
  /** The call fails with DEADLINE_EXCEEDED after this long, in milliseconds; default 10,000. */
  timeoutMs?: number;
  /** Cancels the call. */
  signal?: AbortSignal;
};

/** The call of a conversation, on a connection of its own. */
export type ControllerStream = ClientDuplexStream<ConnectRequest, ConnectResponse>;

/** The agent port. */
export type ControllerPort = {
  /** Makes a unary call; a failure is thrown as a PhoenixError with the server's code, reason and words. */
  call<I extends DescMethodUnary["input"], O extends DescMethodUnary["output"]>(
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I>,
    options?: CallOptions,
  ): Promise<MessageShape<O>>;
  /** Opens a conversation; `close` gives its connection back, whatever state the call is in. */
  connect(credential: string): { stream: ControllerStream; close(): void };
  /** Closes the connection of the unary calls; those in progress fail. */
  close(): void;
};

/** Creates the client; nothing is dialled before the first call. Throws when the address may not be used in clear. */
export function createControllerPort(options: DialOptions): ControllerPort {
  const secured = channelCredentials(options);
  const createClient = (): Client => new Client(options.address, secured, channelOptions(options.address));
  let unaryClient: Client | null = null;

  return {
    call(method, request, { credential, timeoutMs = 10_000, signal } = {}) {
      unaryClient ??= createClient();
      const client = unaryClient;
      const input = createCodec(method.input);
      const output = createCodec(method.output);
      return new Promise((resolve, reject) => {
        const onAbort = (): void => call.cancel();
        const call = client.makeUnaryRequest(
          pathOf(method),
          input.serialize,
          output.deserialize,
          create(method.input, request),
          metadataWith(credential),
          { deadline: Date.now() + timeoutMs },
          (failure, answer) => {
            signal?.removeEventListener("abort", onAbort);
            if (failure !== null) reject(readCallFailure(failure));
            else resolve(answer as MessageShape<typeof method.output>);
          },
        );
        if (signal?.aborted) call.cancel();
        else signal?.addEventListener("abort", onAbort, { once: true });
      });
    },
    connect(credential) {
      const method = AgentService.method.connect;
      const client = createClient();
      const stream = client.makeBidiStreamRequest(
        pathOf(method),
        createCodec(method.input).serialize,
        createCodec(method.output).deserialize,
        metadataWith(credential),
      );
      return { stream, close: () => client.close() };
    },
    close() {
      unaryClient?.close();
      unaryClient = null;
    },
  };
}

function pathOf(method: { name: string; parent: { typeName: string } }): string {
  return `/${method.parent.typeName}/${method.name}`;
}

function metadataWith(credential: string | undefined): Metadata {
  const metadata = new Metadata();
  if (credential !== undefined) metadata.set("authorization", `Bearer ${credential}`);
  return metadata;
}
