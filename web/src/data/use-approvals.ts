import { useQuery } from "@connectrpc/connect-query";
import { AuthService } from "@phoenix/gen/phoenix/gateway/v1/auth_service_pb.ts";
import { useMay, useSession } from "./use-session.ts";

const { listApprovals, decideApproval } = AuthService.method;

/** What waits for a second person: what the viewer asked for, and what the viewer may decide. */
export function useApprovals() {
  const session = useSession();
  const may = useMay(listApprovals);
  const mayDecide = useMay(decideApproval);
  const own = session.state === "in" ? session.identity?.name : undefined;
  // Where nobody logs in there is no second person.
  const { data } = useQuery(listApprovals, { pageSize: 50 }, { enabled: may && own !== undefined });
  const waiting = data?.approvals ?? [];
  return {
    asked: waiting.filter(({ requester }) => requester === own),
    toDecide: mayDecide ? waiting.filter(({ requester }) => requester !== own) : [],
  };
}
