import { fromBinary } from "@bufbuild/protobuf";
import { BinaryReader } from "@bufbuild/protobuf/wire";
import { AnySchema, anyUnpack } from "@bufbuild/protobuf/wkt";
import { ConnectError } from "@connectrpc/connect";
import type { ServiceError } from "@grpc/grpc-js";
import { type ErrorInfo, ErrorInfoSchema } from "@phoenix/gen/google/rpc/error_details_pb.ts";
import {
  Code,
  ErrorReason,
  fromConnectError,
  type PhoenixError,
  phoenixError,
  reasonFromName,
} from "@phoenix/platform/errors";

/** Domain of the ErrorInfo of the controller's own errors. */
const domain = "phoenix";

/** A failed gRPC call as the house error: gRPC's code, the server's words, and its reason and metadata where it gave them. */
export function readCallFailure(failure: ServiceError): PhoenixError {
  const info = readInfo(failure);
  return phoenixError(
    info === undefined ? ErrorReason.UNSPECIFIED : reasonFromName(info.reason),
    failure.details || failure.message,
    {
      // gRPC's codes and Connect's are the same numbers.
      code: failure.code as number as Code,
      metadata: info?.metadata ?? {},
      cause: failure,
    },
  );
}

/**
 * A failed Connect call as the house error. What is not the controller's own
 * word is UNAVAILABLE, whatever a proxy's status seems to say: a 401 of a proxy
 * must not cost the agent its credential, nor a reset connection its report.
 */
export function readHttp1Failure(error: unknown): PhoenixError {
  const failure = fromConnectError(error);
  const own = failure.code === Code.Canceled || failure.code === Code.DeadlineExceeded;
  const told =
    error instanceof ConnectError && error.findDetails(ErrorInfoSchema).some((info) => info.domain === domain);
  if (own || told) return failure;
  const words = error instanceof ConnectError ? error.rawMessage : String(error);
  return phoenixError(
    ErrorReason.SERVICE_UNAVAILABLE,
    `no answer of the controller came through (${words}); check that the address is its agent port, and the proxies on the way`,
    { code: Code.Unavailable, cause: error },
  );
}

/** The ErrorInfo of ours in a google.rpc.Status trailer. */
function readInfo(failure: ServiceError): ErrorInfo | undefined {
  const [status] = failure.metadata?.get("grpc-status-details-bin") ?? [];
  if (!Buffer.isBuffer(status)) return undefined;
  try {
    for (const detail of statusDetails(status)) {
      const info = anyUnpack(fromBinary(AnySchema, detail), ErrorInfoSchema);
      if (info?.domain === domain) return info;
    }
  } catch {
    // Only decoding can fail here, and what a proxy puts there may be anything: code and words stand without it.
    return undefined;
  }
  return undefined;
}

/** The `details` (field 3) of a google.rpc.Status, each still in bytes. */
function* statusDetails(status: Uint8Array): Generator<Uint8Array> {
  const reader = new BinaryReader(status);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 3) yield reader.bytes();
    else reader.skip(wireType, field);
  }
}
