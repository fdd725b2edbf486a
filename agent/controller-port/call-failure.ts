import { fromBinary } from "@bufbuild/protobuf";
import { BinaryReader } from "@bufbuild/protobuf/wire";
import { AnySchema, anyUnpack } from "@bufbuild/protobuf/wkt";
import type { ServiceError } from "@grpc/grpc-js";
import { ErrorInfoSchema } from "@phoenix/gen/google/rpc/error_details_pb.ts";
import { type Code, ErrorReason, type PhoenixError, phoenixError, reasonFromName } from "@phoenix/platform/errors";

/** A failed call as the house error: gRPC's code, the server's words, and its reason where it gave one. */
export function readCallFailure(failure: ServiceError): PhoenixError {
  return phoenixError(readReason(failure), failure.details || failure.message, {
    // gRPC's codes and Connect's are the same numbers.
    code: failure.code as number as Code,
    cause: failure,
  });
}

/** The reason in the ErrorInfo of a google.rpc.Status trailer; UNSPECIFIED without one of ours. */
function readReason(failure: ServiceError): ErrorReason {
  const [status] = failure.metadata?.get("grpc-status-details-bin") ?? [];
  if (!Buffer.isBuffer(status)) return ErrorReason.UNSPECIFIED;
  try {
    for (const detail of statusDetails(status)) {
      const info = anyUnpack(fromBinary(AnySchema, detail), ErrorInfoSchema);
      if (info?.domain === "phoenix") return reasonFromName(info.reason);
    }
  } catch {
    // Only decoding can fail here, and what a proxy puts there may be anything: code and words stand without it.
    return ErrorReason.UNSPECIFIED;
  }
  return ErrorReason.UNSPECIFIED;
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
