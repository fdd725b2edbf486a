import type { DescMethod, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { fromBinary } from "@bufbuild/protobuf";
import { type Database, type Tx, withRequestId } from "@phoenix/platform/database";
import { answerOnce, requestIdentity } from "./answer-once.ts";

type Mutation = DescMethod & { methodKind: "unary" };
type Request<M extends Mutation> = MessageShape<M["input"]> & { requestId: string };

/** Thrown to undo the look for an earlier answer; it never leaves this file. */
const notAnswered = Symbol("not answered before");

/**
 * As answerOnce, for a mutation that has to ask others before its transaction: a
 * repeated request id gets its first answer without asking anyone again.
 * @throws PhoenixError REQUEST_ID_REUSED.
 */
export async function answerPrepared<M extends Mutation, P>(
  db: Database,
  method: M,
  request: Request<M>,
  prepare: () => Promise<P>,
  work: (tx: Tx, prepared: P) => Promise<MessageInitShape<M["output"]>>,
): Promise<MessageShape<M["output"]>> {
  const earlier = await findAnswer(db, method, request);
  if (earlier !== null) return fromBinary(method.output, earlier) as MessageShape<M["output"]>;
  const prepared = await prepare();
  return answerOnce(db, method, request, (tx) => work(tx, prepared));
}

async function findAnswer<M extends Mutation>(
  db: Database,
  method: M,
  request: Request<M>,
): Promise<Uint8Array | null> {
  if (request.requestId === "") return null;
  try {
    const answer = await db.transaction((tx) =>
      withRequestId(tx, requestIdentity(method, request), () => Promise.reject(notAnswered)),
    );
    return answer.bytes;
  } catch (error) {
    if (error === notAnswered) return null;
    throw error;
  }
}
