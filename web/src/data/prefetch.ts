import type { DescMessage, DescMethodUnary, MessageInitShape } from "@bufbuild/protobuf";
import { createQueryOptions } from "@connectrpc/connect-query";
import { queryClient } from "./query-client.ts";
import { transport } from "./transport.ts";

/** Asks for what a page will ask for, so that the answer comes while the page is drawn. */
export function prefetch<I extends DescMessage, O extends DescMessage>(
  method: DescMethodUnary<I, O>,
  input: MessageInitShape<I>,
): void {
  void queryClient.prefetchQuery(createQueryOptions(method, input, { transport }));
}
