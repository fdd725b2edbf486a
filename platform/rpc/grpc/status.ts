import { type ConnectError, decodeBinaryHeader } from "@connectrpc/connect";
import { headerStatusDetailsBin, setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import * as grpc from "@grpc/grpc-js";
import { toConnectError, type UnexpectedErrorSink } from "../../errors/index.ts";

/** What grpc-js takes for a failed call. */
export type GrpcStatus = Error & { code: grpc.status; details: string; metadata: grpc.Metadata };

/** Converts anything thrown to gRPC's status: canonical code, message, and the details in `grpc-status-details-bin`. */
export function toGrpcStatus(error: unknown, onUnexpected?: UnexpectedErrorSink): GrpcStatus {
  const converted: ConnectError = toConnectError(error, onUnexpected);
  const metadata = new grpc.Metadata();
  const trailer = setTrailerStatus(new Headers(), converted);
  const details = trailer.get(headerStatusDetailsBin);
  if (details !== null) metadata.set(headerStatusDetailsBin, Buffer.from(decodeBinaryHeader(details)));
  // Canonical codes have the same numbers in Connect and gRPC.
  const code = converted.code as number as grpc.status;
  return Object.assign(new Error(converted.rawMessage, { cause: error }), {
    code,
    details: converted.rawMessage,
    metadata,
  });
}

/** Where the surprises of each open stream go: to the log of the server it is on. */
const sinks = new WeakMap<object, UnexpectedErrorSink>();

/** Says where {@link failCall} reports the surprises of a stream. */
export function rememberSink(call: object, onUnexpected: UnexpectedErrorSink): void {
  sinks.set(call, onUnexpected);
}

/** Ends a stream with an error. To destroy the call instead would leave its client waiting for ever. */
export function failCall(call: { emit(event: "error", error: Error): boolean }, error: unknown): void {
  call.emit("error", toGrpcStatus(error, sinks.get(call)));
}
