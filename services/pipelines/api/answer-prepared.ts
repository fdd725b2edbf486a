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

/** Thrown to undo the look for an earlier answer; it never leaves this file. */
const notAnswered = Symbol("not answered before");

/**
 * Runs a mutation once per request id: `prepare` asks whom it must before the transaction, `work` writes in
 * it. A repeated id gets its first answer without anyone being asked again.
 * @throws PhoenixError REQUEST_ID_REUSED when the id came with another request.
 */
export async function answerPrepared<M extends Mutation, P>(
  db: Database,
  method: M,
  request: Request<M>,
  prepare: () => Promise<P>,
  work: (tx: Tx, prepared: P) => Promise<MessageInitShape<M["output"]>>,
): Promise<MessageShape<M["output"]>> {
  const identity = identityOf(method, request);
  const earlier = await findAnswer(db, identity);
  if (earlier !== undefined) return fromBinary(method.output, earlier) as MessageShape<M["output"]>;
  const prepared = await prepare();
  const { bytes } = await db.transaction((tx) =>
    withRequestId(tx, identity, async () => ({
      bytes: toBinary(method.output, create(method.output, await work(tx, prepared))),
    })),
  );
  return fromBinary(method.output, bytes) as MessageShape<M["output"]>;
}

async function findAnswer(db: Database, identity: ReturnType<typeof identityOf>): Promise<Uint8Array | undefined> {
  if (identity.requestId === "") return undefined;
  try {
    return (await db.transaction((tx) => withRequestId(tx, identity, () => Promise.reject(notAnswered)))).bytes;
  } catch (error) {
    if (error === notAnswered) return undefined;
    throw error;
  }
}

function identityOf<M extends Mutation>(method: M, request: Request<M>) {
  const content = toBinary(method.input, { ...request, requestId: "" } as MessageShape<M["input"]>);
  return {
    method: `${method.parent.typeName}/${method.name}`,
    requestId: request.requestId,
    requestHash: createHash("sha256").update(content).digest(),
  };
}
