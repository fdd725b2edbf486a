import type { Approval } from "@phoenix/gen/phoenix/gateway/v1/auth_pb.ts";
import { IconUsers } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { ApprovalSummary } from "../components/approval-summary.tsx";
import { TimeText } from "../components/time-text.tsx";
import classes from "./live.module.css";

/** One line on what waits for a second person. Loaded where something does. */
export default function WaitingApprovals({
  approvals,
  testId,
  children,
}: {
  approvals: readonly Approval[];
  testId: string;
  children: string;
}) {
  const [only] = approvals;
  return (
    <div className={classes.banner} role="status" data-testid={testId}>
      <IconUsers size={20} aria-hidden />
      <span>
        {approvals.length === 1 && only !== undefined ? (
          <>
            {children} <ApprovalSummary {...only} />, <TimeText time={only.createTime} relative />.
          </>
        ) : (
          `${approvals.length} requests ${children}.`
        )}{" "}
        <Link to="/settings" search={{ tab: "approvals" } as never}>
          Approvals
        </Link>
      </span>
    </div>
  );
}
