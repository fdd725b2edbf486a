import type { Approval } from "@phoenix/gen/phoenix/gateway/v1/auth_pb.ts";
import { IconUsers } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { ApprovalSummary } from "../components/approval-summary.tsx";
import { TimeText } from "../components/time-text.tsx";
import { useApprovals } from "../data/use-approvals.ts";
import classes from "./live.module.css";

/** Says on every page what waits for a second person, to whoever asked for it and to whoever may decide it. */
export function ApprovalBanner() {
  const { asked, toDecide } = useApprovals();
  return (
    <>
      {toDecide.length > 0 && (
        <Banner approvals={toDecide} testId="approvals-to-decide">
          {toDecide.length === 1 ? `${toDecide[0]?.requester} asks for a second person:` : "wait for a second person"}
        </Banner>
      )}
      {asked.length > 0 && (
        <Banner approvals={asked} testId="approvals-asked">
          {asked.length === 1
            ? "You asked, and it waits for another person:"
            : "that you asked for wait for another person"}
        </Banner>
      )}
    </>
  );
}

function Banner({ approvals, testId, children }: { approvals: readonly Approval[]; testId: string; children: string }) {
  const [only] = approvals;
  return (
    <div className={classes.banner} role="status" data-testid={testId}>
      <IconUsers size={20} aria-hidden />
      <span>
        {approvals.length === 1 && only !== undefined ? (
          <>
            {children} <ApprovalSummary summary={only.summary} />, <TimeText time={only.createTime} relative />.
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
