import { Code, ConnectError } from "@connectrpc/connect";
import { ErrorInfoSchema } from "@phoenix/gen/google/rpc/error_details_pb.ts";
import { ErrorReason } from "@phoenix/gen/phoenix/error/v1/error_reason_pb.ts";
import { PhoenixError, phoenixError } from "./phoenix-error.ts";
import { reasonFromName, reasonName } from "./reason-codes.ts";

/** Takes an error nobody planned for, to be logged with all it carries. */
export type UnexpectedErrorSink = (error: unknown) => void;

/** Domain of the ErrorInfo detail of every error of ours. */
const domain = "phoenix";

/**
 * Makes of anything thrown what may leave the process.
 *
 * A {@link PhoenixError} keeps its code and message and gains a
 * google.rpc.ErrorInfo. A ConnectError stays as it is. An aborted signal is
 * CANCELED, an expired one DEADLINE_EXCEEDED. Anything else is a bug: it goes
 * to `onUnexpected`, and the caller reads a sentence without internals.
 */
export function toConnectError(error: unknown, onUnexpected?: UnexpectedErrorSink): ConnectError {
  if (error instanceof PhoenixError) return withInfo(error);
  if (error instanceof ConnectError) return error;
  if (error instanceof Error && error.name === "AbortError") {
    return new ConnectError("the call was cancelled", Code.Canceled, undefined, undefined, error);
  }
  if (error instanceof Error && error.name === "TimeoutError") {
    return new ConnectError(
      "the call took longer than its deadline",
      Code.DeadlineExceeded,
      undefined,
      undefined,
      error,
    );
  }
  onUnexpected?.(error);
  return withInfo(
    phoenixError(
      ErrorReason.INTERNAL,
      "Phoenix failed in a way it did not foresee. The server's log has the details beside this call's x-request-id; please report them.",
      { cause: error },
    ),
  );
}

/**
 * Makes of what a client caught the house error: reason and metadata from its
 * ErrorInfo where it has one of ours, else the nearest reason for its code.
 */
export function fromConnectError(error: unknown): PhoenixError {
  if (error instanceof PhoenixError) return error;
  const wire = toWireError(error);
  const info = wire.findDetails(ErrorInfoSchema).find((detail) => detail.domain === domain);
  if (info !== undefined) {
    const { reason, metadata } = info;
    return phoenixError(reasonFromName(reason), wire.rawMessage, { code: wire.code, metadata, cause: error });
  }
  if (wire.code === Code.Unavailable) {
    return phoenixError(
      ErrorReason.SERVICE_UNAVAILABLE,
      `the service could not be reached (${wire.rawMessage}); check that it runs and that the address is right, then repeat the call`,
      { cause: error },
    );
  }
  return phoenixError(nearestReason(wire.code), wire.rawMessage, { code: wire.code, cause: error });
}

function withInfo(error: PhoenixError): ConnectError {
  const info = { reason: reasonName(error.reason), domain, metadata: { ...error.metadata } };
  return new ConnectError(error.message, error.code, undefined, [{ desc: ErrorInfoSchema, value: info }], error);
}

function toWireError(error: unknown): ConnectError {
  if (error instanceof ConnectError) return error;
  if (error instanceof Error && (error.name === "AbortError" || error.name === "TimeoutError"))
    return toConnectError(error);
  return ConnectError.from(error, Code.Internal);
}

function nearestReason(code: Code): ErrorReason {
  if (code === Code.InvalidArgument) return ErrorReason.INVALID_FIELD;
  if (code === Code.Internal || code === Code.Unknown || code === Code.DataLoss) return ErrorReason.INTERNAL;
  return ErrorReason.UNSPECIFIED;
}
