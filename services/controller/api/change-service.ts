import type { ServiceImpl } from "@connectrpc/connect";
import type { ChangeService } from "@phoenix/gen/phoenix/controller/v1/change_service_pb.ts";
import type { ChangeFeed } from "../changes/index.ts";

/** Creates the service that tells other services of changes. */
export function createChangeService(feed: ChangeFeed): ServiceImpl<typeof ChangeService> {
  return {
    streamChanges: ({ afterCursor, kinds }, context) => feed.stream({ afterCursor, kinds }, context.signal),
  };
}
