import type { DescService } from "@bufbuild/protobuf";
import { queryClient } from "./query-client.ts";

/** Reads anew whatever a service said, after something of it was changed here. */
export async function readAnew({ typeName }: DescService): Promise<void> {
  await queryClient.invalidateQueries({
    predicate: ({ queryKey: [first, key] }) =>
      first === "connect-query" && (key as { serviceName?: string } | undefined)?.serviceName === typeName,
  });
}
