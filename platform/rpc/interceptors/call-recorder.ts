import type { DescMethod } from "@bufbuild/protobuf";
import { Code, type ConnectError } from "@connectrpc/connect";
import { toConnectError } from "../../errors/index.ts";
import type { Logger } from "../../logging/index.ts";
import { type Metrics, observeCall } from "../../telemetry/index.ts";
import { chooseRequestId, requestIdHeader } from "./request-id.ts";
import { withFieldReason } from "./validation.ts";

/** One served call, from its start to its end. */
export interface CallRecord {
  /** Id of the call. */
  readonly requestId: string;
  /** Converts what was thrown to what the caller may see, and records the end. */
  fail(error: unknown): ConnectError;
  /** Records the end; the first time counts. */
  end(code?: Code): void;
}

/** Begins the record of a call. */
export type CallRecorder = (method: DescMethod, offeredId: string | null | undefined) => CallRecord;

/** Calls of these services are asked for by machines every few seconds. */
const quietPackages = ["grpc.health.", "grpc.reflection."];

/** Creates the recorder of a server. */
export function createCallRecorder(logger: Logger, metrics: Metrics): CallRecorder {
  return (method, offeredId) => {
    const service = method.parent.typeName;
    const requestId = chooseRequestId(offeredId);
    const rpc = `${service}/${method.name}`;
    const startedAt = performance.now();
    const quiet = quietPackages.some((prefix) => service.startsWith(prefix));
    let over = false;

    const end = (code?: Code, message?: string): void => {
      if (over) return;
      over = true;
      const durationMs = Math.round((performance.now() - startedAt) * 100) / 100;
      const word = code === undefined ? "ok" : codeWord(code);
      observeCall(metrics, { service, method: method.name, code: word, durationMs });
      const level = quiet ? "trace" : levelOf(code);
      logger[level](
        { requestId, rpc, code: word, durationMs, ...(message === undefined ? {} : { message }) },
        "served",
      );
    };
    return {
      requestId,
      end: (code) => end(code),
      fail(error) {
        const converted = withFieldReason(
          toConnectError(error, (unexpected) =>
            logger.error({ err: unexpected, requestId, rpc }, "a call failed unexpectedly"),
          ),
        );
        // An error that came from another service keeps that one's id beside it, in that one's log.
        if (!converted.metadata.has(requestIdHeader)) converted.metadata.set(requestIdHeader, requestId);
        end(converted.code, converted.rawMessage);
        return converted;
      },
    };
  };
}

function codeWord(code: Code): string {
  return Code[code].replace(/[a-z](?=[A-Z])/g, (letter) => `${letter}_`).toLowerCase();
}

function levelOf(code: Code | undefined): "debug" | "info" | "warn" {
  if (code === undefined || code === Code.Canceled) return "debug";
  const serverSide = [Code.Internal, Code.Unknown, Code.DataLoss, Code.Unavailable, Code.DeadlineExceeded];
  return serverSide.includes(code) ? "warn" : "info";
}
