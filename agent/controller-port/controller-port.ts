import { Client } from "@grpc/grpc-js";
import { channelCredentials, channelOptions, type DialOptions } from "./dial.ts";
import { type ControllerStream, createGrpcCalls, openConversation } from "./grpc-calls.ts";
import { createHttp1Calls } from "./http1-calls.ts";
import type { UnaryCalls } from "./unary-calls.ts";

/** How the agent port is reached. */
export type ControllerPortOptions = DialOptions & {
  /** What unary calls are made by; `http1` passes proxies that know HTTP/1.1 alone. Default `grpc`, on HTTP/2. */
  unary?: "grpc" | "http1";
  /** Environment that names the proxies; default this process's own. */
  env?: NodeJS.ProcessEnv;
};

/** The agent port. */
export type ControllerPort = UnaryCalls & {
  /** Opens a conversation on a connection of its own; `close` gives that back, whatever state the call is in. */
  connect(credential: string): { stream: ControllerStream; close(): void };
};

/** Creates the client; nothing is dialled before the first call. Throws when the address may not be used in clear. */
export function createControllerPort({
  unary = "grpc",
  env = process.env,
  ...dial
}: ControllerPortOptions): ControllerPort {
  const secured = channelCredentials(dial);
  const createClient = (): Client => new Client(dial.address, secured, channelOptions(dial.address));
  const { call, close } = unary === "http1" ? createHttp1Calls({ ...dial, env }) : createGrpcCalls(createClient);
  return {
    call,
    close,
    connect(credential) {
      const client = createClient();
      return { stream: openConversation(client, credential), close: () => client.close() };
    },
  };
}
