import type { DescMethod, Message } from "@bufbuild/protobuf";
import type { StreamResponse, UnaryRequest, UnaryResponse } from "@connectrpc/connect";
import { ErrorReason, fromConnectError, type PhoenixError, phoenixError, reasonName } from "@phoenix/platform/errors";
import type { Logger } from "@phoenix/platform/logging";
import { peerAddressKey, requestIdOf } from "@phoenix/platform/rpc";
import { callerKey } from "../access/index.ts";
import type { AuditEntry } from "../audit/index.ts";
import { describeAfter, findSubject, reasonOf } from "./call-entry.ts";
import type { Snapshot } from "./snapshot.ts";

type Answer = UnaryResponse | StreamResponse;

/** Records unary calls in the audit. */
export type CallRecorder = {
  /** Serves a call and records how it ended. @throws what serving throws; DATABASE_UNAVAILABLE when it was done but cannot be recorded. */
  record(request: UnaryRequest, serve: () => Promise<Answer>): Promise<Answer>;
};

/** Endings that are not worth a row: nobody is known, or there are too many of them already. */
const unrecorded: ReadonlySet<ErrorReason> = new Set([ErrorReason.LOGIN_THROTTLED, ErrorReason.INVALID_PAGE_TOKEN]);

/** Creates the recorder. */
export function createCallRecorder(parts: {
  append(entry: AuditEntry): Promise<void>;
  snapshot: Snapshot;
  logger: Logger;
  clock: () => Date;
}): CallRecorder {
  const { append, snapshot, logger, clock } = parts;

  const entryOf = (
    request: UnaryRequest,
    before: string,
    answer: Message | undefined,
    outcome: string,
  ): AuditEntry => ({
    time: clock(),
    // Who logs in is known after the call.
    actor: request.contextValues.get(callerKey)?.name ?? "",
    source: request.contextValues.get(peerAddressKey),
    method: methodOf(request.method),
    subject: findSubject(request.message, answer),
    outcome,
    before,
    after: describeAfter(request.method, request.message, answer),
    reason: reasonOf(request.message),
    requestId: requestIdOf({ requestHeader: request.header }),
  });

  return {
    async record(request, serve) {
      const known = request.contextValues.get(callerKey) !== undefined;
      const before = known ? await snapshot(request.message) : "";
      let answer: Answer;
      try {
        answer = await serve();
      } catch (error) {
        const failure = fromConnectError(error);
        if (isRecorded(request, failure)) {
          await append(entryOf(request, before, undefined, reasonName(failure.reason))).catch((cause: unknown) =>
            // The caller is to hear why the call failed; that it is missing in the audit is for whoever runs the server.
            logger.error({ err: cause, rpc: methodOf(request.method) }, "a call that failed could not be recorded"),
          );
        }
        throw error;
      }
      try {
        await append(entryOf(request, before, answer.stream ? undefined : answer.message, "ok"));
      } catch (cause) {
        logger.error({ err: cause, rpc: methodOf(request.method) }, "a call was done and could not be recorded");
        throw phoenixError(
          ErrorReason.DATABASE_UNAVAILABLE,
          "What was asked for is done, but could not be recorded in the audit. Look before repeating it.",
          { cause },
        );
      }
      return answer;
    },
  };
}

function isRecorded(request: UnaryRequest, { reason }: PhoenixError): boolean {
  if (unrecorded.has(reason)) return false;
  const isLogin = request.method.name === "Login";
  return isLogin || request.contextValues.get(callerKey) !== undefined;
}

function methodOf({ parent, name }: DescMethod): string {
  return `${parent.typeName}/${name}`;
}
