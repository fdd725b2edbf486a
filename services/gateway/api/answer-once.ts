import { createHash } from "node:crypto";
import {
  create,
  type DescMethodUnary,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { type Database, type Tx, withRequestId } from "@phoenix/platform/database";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import type { Caller } from "../access/index.ts";

type Request<M extends DescMethodUnary> = MessageShape<M["input"]> & { requestId: string };

/** Runs a change in a transaction and gives a repeated request id its first answer. @throws PhoenixError REQUEST_ID_REUSED. */
export async function answerOnce<M extends DescMethodUnary>(
  db: Database,
  method: M,
  request: Request<M>,
  caller: Caller,
  work: (tx: Tx) => Promise<MessageInitShape<M["output"]>>,
): Promise<MessageShape<M["output"]>> {
  const { bytes } = await db.transaction((tx) =>
    withRequestId(tx, identityOf(method, request, caller), async () => ({
      bytes: toBinary(method.output, create(method.output, await work(tx))),
    })),
  );
  return fromBinary(method.output, bytes) as MessageShape<M["output"]>;
}

/**
 * The same for an answer that has a secret, which is given once and not kept:
 * a repetition is refused. @throws PhoenixError REQUEST_ID_REUSED.
 */
export async function answerSecretOnce<M extends DescMethodUnary>(
  db: Database,
  method: M,
  request: Request<M>,
  caller: Caller,
  work: (tx: Tx) => Promise<MessageInitShape<M["output"]>>,
): Promise<MessageInitShape<M["output"]>> {
  return db.transaction(async (tx) => {
    let made: MessageInitShape<M["output"]> | undefined;
    await withRequestId(tx, identityOf(method, request, caller), async () => {
      made = await work(tx);
      return { bytes: new Uint8Array() };
    });
    if (made !== undefined) return made;
    throw phoenixError(
      ErrorReason.REQUEST_ID_REUSED,
      `The request ${request.requestId} was answered already, and a secret is given once. Look at what it made, and use a new request id for another.`,
    );
  });
}

function identityOf<M extends DescMethodUnary>(method: M, request: Request<M>, caller: Caller) {
  // A digest that is kept must say nothing of a password.
  const blank = { ...request, requestId: "", ...("password" in request ? { password: "" } : {}) };
  const content = toBinary(method.input, blank as MessageShape<M["input"]>);
  return {
    method: `${method.parent.typeName}/${method.name} ${caller.userId || caller.name}`,
    requestId: request.requestId,
    requestHash: createHash("sha256").update(content).digest(),
  };
}
