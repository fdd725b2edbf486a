import type { DescMethod, DescMethodStreaming, DescMethodUnary, DescService, Message } from "@bufbuild/protobuf";
import {
  Code,
  ConnectError,
  type ConnectRouter,
  type HandlerContext,
  type ServiceImpl,
  type Transport,
} from "@connectrpc/connect";
import { ErrorInfoSchema } from "@phoenix/gen/google/rpc/error_details_pb.ts";
import { ErrorReason, phoenixError } from "../errors/index.ts";

/** What is passed on besides the message, and of which calls. */
export interface ForwardOptions {
  /** Request headers; default `x-request-id` and `authorization`. */
  headers?: readonly string[];
  /** Which methods are served; the others answer UNIMPLEMENTED. Default: all. */
  allows?: (method: DescMethod) => boolean;
}

const defaultHeaders = ["x-request-id", "authorization"];

/**
 * Serves the methods of a service by calling the same method through a
 * transport: messages, deadline, cancellation and the named headers go one way;
 * answers, and errors with their details, come back.
 */
export function forwardService<S extends DescService>(
  router: ConnectRouter,
  desc: S,
  transport: Transport,
  { headers = defaultHeaders, allows = () => true }: ForwardOptions = {},
): void {
  const implementation: Record<string, unknown> = {};
  for (const method of desc.methods) {
    if (allows(method)) implementation[method.localName] = forwardMethod(method, transport, headers);
  }
  router.service(desc, implementation as ServiceImpl<S>);
}

function forwardMethod(method: DescMethod, transport: Transport, names: readonly string[]): unknown {
  const stream = (input: AsyncIterable<Message>, context: HandlerContext) =>
    callStream(method as DescMethodStreaming, transport, input, context, names);
  switch (method.methodKind) {
    case "unary":
      return (request: Message, context: HandlerContext) =>
        callUnary(method as DescMethodUnary, transport, request, context, names);
    case "server_streaming":
      return (request: Message, context: HandlerContext) => stream(single(request), context);
    case "client_streaming":
      return async (requests: AsyncIterable<Message>, context: HandlerContext) => {
        for await (const answer of stream(requests, context)) return answer;
        throw new ConnectError(`${method.name} ended without an answer`, Code.Internal);
      };
    case "bidi_streaming":
      return stream;
  }
}

async function callUnary(
  method: DescMethodUnary,
  transport: Transport,
  request: Message,
  context: HandlerContext,
  names: readonly string[],
): Promise<Message> {
  try {
    const header = pick(context.requestHeader, names);
    return (await transport.unary(method, context.signal, context.timeoutMs(), header, request)).message;
  } catch (error) {
    throw judge(error, method);
  }
}

async function* callStream(
  method: DescMethodStreaming,
  transport: Transport,
  input: AsyncIterable<Message>,
  context: HandlerContext,
  names: readonly string[],
): AsyncGenerator<Message> {
  // Leaving the answer loop does not end the call behind it; this does.
  const over = new AbortController();
  const onAbort = (): void => over.abort(context.signal.reason);
  if (context.signal.aborted) onAbort();
  else context.signal.addEventListener("abort", onAbort, { once: true });
  try {
    const header = pick(context.requestHeader, names);
    const response = await transport.stream(method, over.signal, context.timeoutMs(), header, input);
    yield* response.message;
  } catch (error) {
    throw judge(error, method);
  } finally {
    context.signal.removeEventListener("abort", onAbort);
    over.abort();
  }
}

/** Errors of the service come back as they are; that it cannot be reached is said without its address. */
function judge(error: unknown, method: DescMethod): unknown {
  if (!(error instanceof ConnectError) || error.findDetails(ErrorInfoSchema).length > 0) return error;
  if (error.code !== Code.Unavailable && error.code !== Code.Internal && error.code !== Code.Unknown) return error;
  return phoenixError(
    ErrorReason.SERVICE_UNAVAILABLE,
    `${method.parent.typeName} could not be reached, or was cut off before it answered; repeat the call`,
    { cause: error },
  );
}

function pick(from: Headers, names: readonly string[]): Headers {
  const picked = new Headers();
  for (const name of names) {
    const value = from.get(name);
    if (value !== null) picked.set(name, value);
  }
  return picked;
}

async function* single(message: Message): AsyncGenerator<Message> {
  yield message;
}
