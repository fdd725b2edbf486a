import { createHash } from "node:crypto";
import { type DescMethod, type MessageShape, toBinary } from "@bufbuild/protobuf";
import type { RequestIdentity } from "@phoenix/platform/database";

/** What identifies a request in the request log: its method, its id, and the digest of the rest of it. */
export function requestIdentity<M extends DescMethod>(
  method: M,
  request: MessageShape<M["input"]> & { requestId: string },
): RequestIdentity {
  const content = toBinary(method.input, { ...request, requestId: "" } as MessageShape<M["input"]>);
  return {
    method: `${method.parent.typeName}/${method.name}`,
    requestId: request.requestId,
    requestHash: createHash("sha256").update(content).digest(),
  };
}
