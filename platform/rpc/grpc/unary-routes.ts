import { type DescService, fromBinary, type Message, type MessageInitShape } from "@bufbuild/protobuf";
import type { ConnectRouter, HandlerContext, ServiceImpl } from "@connectrpc/connect";
import type { GrpcImplementation, UnaryContext } from "./adapter.ts";

type UnaryHandler = (request: Message, context: UnaryContext) => Promise<MessageInitShape<never> | Buffer>;

/** Serves the unary methods of an implementation on a Connect router too; its streams answer UNIMPLEMENTED there. */
export function unaryRoutes<S extends DescService>(router: ConnectRouter, desc: S, impl: GrpcImplementation<S>): void {
  const routes: Record<string, unknown> = {};
  for (const { methodKind, localName, output } of desc.methods) {
    if (methodKind !== "unary") continue;
    const handler = (impl as Record<string, unknown>)[localName] as UnaryHandler;
    routes[localName] = async (request: Message, { requestHeader, signal }: HandlerContext) => {
      const answer = await handler(request, { header: (name) => requestHeader.get(name) ?? undefined, signal });
      return Buffer.isBuffer(answer) ? fromBinary(output, answer) : answer;
    };
  }
  router.service(desc, routes as ServiceImpl<S>);
}
