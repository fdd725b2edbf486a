import {
  create,
  type DescMessage,
  type DescMethod,
  type DescService,
  fromBinary,
  isMessage,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import * as grpc from "@grpc/grpc-js";
import type { UnexpectedErrorSink } from "../../errors/index.ts";
import { failCall, rememberSink, toGrpcStatus } from "./status.ts";

/** A message to send: its fields, or a Buffer with its wire form, which is sent as it is. One encoding can go to many streams. */
export type GrpcMessage<M extends DescMessage> = MessageInitShape<M> | Buffer;

type In<M extends DescMethod> = MessageShape<M["input"]>;
type Out<M extends DescMethod> = GrpcMessage<M["output"]>;

/** What a unary handler may know of its call, whichever protocol brought it. */
export interface UnaryContext {
  /** A header of the call; undefined without it. */
  header(name: string): string | undefined;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** How one method is served: unary and client-streaming as a promise of the answer, the others on grpc-js's own call. */
export type GrpcHandler<M extends DescMethod> = M["methodKind"] extends "unary"
  ? (request: In<M>, context: UnaryContext) => Promise<Out<M>>
  : M["methodKind"] extends "client_streaming"
    ? (call: grpc.ServerReadableStream<In<M>, Out<M>>) => Promise<Out<M>>
    : M["methodKind"] extends "server_streaming"
      ? (call: grpc.ServerWritableStream<In<M>, Out<M>>) => void
      : (call: grpc.ServerDuplexStream<In<M>, Out<M>>) => void;

/** Every method of a service. */
export type GrpcImplementation<S extends DescService> = { [K in keyof S["method"]]: GrpcHandler<S["method"][K]> };

/** A server that takes services until it starts. */
export interface GrpcServiceHost {
  /** The server behind it. */
  readonly grpc: grpc.Server;
  /** What it serves. */
  readonly descriptors: DescService[];
  /** Takes an error nobody planned for. */
  readonly onUnexpected: UnexpectedErrorSink;
}

/** Serves a service. A rejected promise, or a throw, becomes a status with the details of the house error. */
export function addGrpcService<S extends DescService>(
  host: GrpcServiceHost,
  desc: S,
  impl: GrpcImplementation<S>,
): void {
  const definition: Record<string, grpc.MethodDefinition<unknown, unknown>> = {};
  const handlers: Record<string, grpc.UntypedHandleCall> = {};
  for (const method of desc.methods) {
    definition[method.localName] = defineMethod(method);
    const handler = (impl as Record<string, unknown>)[method.localName];
    handlers[method.localName] = toNativeHandler(method, handler as AnyHandler, host.onUnexpected);
  }
  host.grpc.addService(definition as grpc.ServiceDefinition, handlers as grpc.UntypedServiceImplementation);
  host.descriptors.push(desc);
}

/** Opens a bidirectional stream from a grpc-js client. */
export function openDuplex<M extends DescMethod & { methodKind: "bidi_streaming" }>(
  client: grpc.Client,
  method: M,
  metadata = new grpc.Metadata(),
  options: grpc.CallOptions = {},
): grpc.ClientDuplexStream<GrpcMessage<M["input"]>, MessageShape<M["output"]>> {
  const { path, requestSerialize, responseDeserialize } = defineMethod(method);
  return client.makeBidiStreamRequest(
    path,
    requestSerialize as (message: GrpcMessage<M["input"]>) => Buffer,
    responseDeserialize as (bytes: Buffer) => MessageShape<M["output"]>,
    metadata,
    options,
  );
}

type AnyCall = grpc.ServerUnaryCall<unknown, unknown> & grpc.ServerDuplexStream<unknown, unknown>;
type AnyHandler = (...args: unknown[]) => unknown;

function toNativeHandler(
  method: DescMethod,
  handler: AnyHandler,
  onUnexpected: UnexpectedErrorSink,
): grpc.UntypedHandleCall {
  if (method.methodKind === "unary" || method.methodKind === "client_streaming") {
    const unary = method.methodKind === "unary";
    const answer = async (call: AnyCall): Promise<unknown> =>
      unary ? handler(call.request, contextOf(call)) : handler(call);
    return ((call: AnyCall, callback: grpc.sendUnaryData<unknown>) => {
      answer(call).then(
        (message) => callback(null, message),
        (error: unknown) => callback(toGrpcStatus(error, onUnexpected)),
      );
    }) as grpc.UntypedHandleCall;
  }
  return ((call: AnyCall) => {
    rememberSink(call, onUnexpected);
    try {
      handler(call);
    } catch (error) {
      failCall(call, error);
    }
  }) as grpc.UntypedHandleCall;
}

function contextOf(call: AnyCall): UnaryContext {
  return {
    header: (name) => call.metadata.get(name)[0]?.toString(),
    get signal() {
      const gone = new AbortController();
      if (call.cancelled) gone.abort();
      else call.once("cancelled", () => gone.abort());
      return gone.signal;
    },
  };
}

function defineMethod(method: DescMethod): grpc.MethodDefinition<unknown, unknown> {
  const { methodKind } = method;
  return {
    path: `/${method.parent.typeName}/${method.name}`,
    requestStream: methodKind === "client_streaming" || methodKind === "bidi_streaming",
    responseStream: methodKind === "server_streaming" || methodKind === "bidi_streaming",
    requestSerialize: serializer(method.input),
    requestDeserialize: (bytes) => fromBinary(method.input, bytes),
    responseSerialize: serializer(method.output),
    responseDeserialize: (bytes) => fromBinary(method.output, bytes),
  };
}

function serializer(desc: DescMessage): (message: unknown) => Buffer {
  return (message) => {
    if (Buffer.isBuffer(message)) return message;
    const whole = isMessage(message, desc) ? message : create(desc, message as MessageInitShape<DescMessage>);
    const bytes = toBinary(desc, whole);
    // grpc-js needs a Buffer; a bare Uint8Array fails the call.
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  };
}
