import { createHash } from "node:crypto";
import {
  create,
  type DescMethod,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { type Database, type Tx, withRequestId } from "@phoenix/platform/database";

type Mutation = DescMethod & { methodKind: "unary" };
type Request<M extends Mutation> = MessageShape<M["input"]> & { requestId: string };

/** What identifies a request in the request log: its method, its id, and the digest of the rest of it. */
export function requestIdentity<M extends Mutation>(method: M, request: Request<M>) {
  const content = toBinary(method.input, { ...request, requestId: "" } as MessageShape<M["input"]>);
  return {
    method: `${method.parent.typeName}/${method.name}`,
    requestId: request.requestId,
    requestHash: createHash("sha256").update(content).digest(),
  };
}

/** Runs a mutation in a transaction and gives a repeated request id its first answer. @throws PhoenixError REQUEST_ID_REUSED. */
export async function answerOnce<M extends Mutation>(
  db: Database,
  method: M,
  request: Request<M>,
  work: (tx: Tx) => Promise<MessageInitShape<M["output"]>>,
): Promise<MessageShape<M["output"]>> {
  const { bytes } = await db.transaction((tx) =>
    withRequestId(tx, requestIdentity(method, request), async () => ({
      bytes: toBinary(method.output, create(method.output, await work(tx))),
    })),
  );
  return fromBinary(method.output, bytes) as MessageShape<M["output"]>;
}
