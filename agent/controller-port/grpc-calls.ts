import { create, type MessageShape } from "@bufbuild/protobuf";
import { type Client, type ClientDuplexStream, Metadata } from "@grpc/grpc-js";
import { AgentService } from "@phoenix/gen/phoenix/agent/v1/agent_service_pb.ts";
import type { ConnectRequest, ConnectResponse } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import { readCallFailure } from "./call-failure.ts";
import { createCodec } from "./codec.ts";
import { bearer, defaultTimeoutMs, type UnaryCalls } from "./unary-calls.ts";

/** The call of a conversation. */
export type ControllerStream = ClientDuplexStream<ConnectRequest, ConnectResponse>;

/** Makes unary calls by gRPC, all on one client that is made for the first. */
export function createGrpcCalls(createClient: () => Client): UnaryCalls {
  let client: Client | null = null;
  return {
    call(method, request, { credential, timeoutMs = defaultTimeoutMs, signal } = {}) {
      client ??= createClient();
      const caller = client;
      const input = createCodec(method.input);
      const output = createCodec(method.output);
      return new Promise((resolve, reject) => {
        const onAbort = (): void => call.cancel();
        const call = caller.makeUnaryRequest(
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
    close() {
      client?.close();
      client = null;
    },
  };
}

/** Opens a conversation on a client of its own. */
export function openConversation(client: Client, credential: string): ControllerStream {
  const method = AgentService.method.connect;
  return client.makeBidiStreamRequest(
    pathOf(method),
    createCodec(method.input).serialize,
    createCodec(method.output).deserialize,
    metadataWith(credential),
  );
}

function pathOf(method: { name: string; parent: { typeName: string } }): string {
  return `/${method.parent.typeName}/${method.name}`;
}

function metadataWith(credential: string | undefined): Metadata {
  const metadata = new Metadata();
  if (credential !== undefined) metadata.set("authorization", bearer(credential));
  return metadata;
}
