import { createConnectQueryKey } from "@connectrpc/connect-query";
import { notifications } from "@mantine/notifications";
import { AuthService } from "@phoenix/gen/phoenix/gateway/v1/auth_service_pb.ts";
import { ErrorReason, fromConnectError } from "@phoenix/platform/errors";
import { IconUsers } from "@tabler/icons-react";
import { queryClient } from "../data/query-client.ts";

/**
 * True for a call that was not refused but waits for a second person; says so, and has the page
 * show what waits. Whoever asked has nothing more to do: sent again, it would wait twice.
 */
export function sayHeldBack(error: unknown): boolean {
  if (fromConnectError(error).reason !== ErrorReason.APPROVAL_REQUIRED) return false;
  notifications.show({
    title: "It waits for another person",
    message: "It is done in your name as soon as someone else approves it.",
    color: "yellow",
    icon: <IconUsers size={16} />,
    autoClose: 10_000,
  });
  const queryKey = createConnectQueryKey({ schema: AuthService.method.listApprovals, cardinality: "finite" });
  void queryClient.invalidateQueries({ queryKey });
  return true;
}
