import { Code, type Interceptor, type StreamResponse } from "@connectrpc/connect";
import { createValidateInterceptor } from "@connectrpc/validate";
import type { Logger } from "../../logging/index.ts";
import type { Metrics } from "../../telemetry/index.ts";
import { type CallRecord, createCallRecorder } from "./call-recorder.ts";
import { requestIdHeader } from "./request-id.ts";
import { validator } from "./validation.ts";

/** What serving calls needs. */
export interface ServeOptions {
  /** Takes a line for each call. */
  logger: Logger;
  /** Counts each call. */
  metrics: Metrics;
  /** What runs between the record of a call and the validation of its messages, such as authorization. */
  interceptors?: readonly Interceptor[];
}

/**
 * The interceptors of every Connect router of Phoenix, outermost first: record
 * (request id, errors, log, metrics), then those given, then validation.
 */
export function serveInterceptors({ logger, metrics, interceptors = [] }: ServeOptions): Interceptor[] {
  const begin = createCallRecorder(logger, metrics);
  const record: Interceptor = (next) => async (request) => {
    const call = begin(request.method, request.header.get(requestIdHeader));
    // Handlers, and the calls they pass on, see the id whether the caller sent one or not.
    request.header.set(requestIdHeader, call.requestId);
    try {
      const response = await next(request);
      response.header.set(requestIdHeader, call.requestId);
      if (response.stream) return { ...response, message: recorded(response.message, call) };
      call.end();
      return response;
    } catch (error) {
      throw call.fail(error);
    }
  };
  return [record, ...interceptors, createValidateInterceptor({ validator })];
}

async function* recorded(messages: StreamResponse["message"], call: CallRecord): StreamResponse["message"] {
  try {
    yield* messages;
    call.end();
  } catch (error) {
    throw call.fail(error);
  } finally {
    // Reached without an end when the caller leaves a stream that goes on.
    call.end(Code.Canceled);
  }
}
