import { lazy } from "react";
import { useApprovals } from "../data/use-approvals.ts";

// It names experiments, for which it brings much of the contract along.
const WaitingApprovals = lazy(() => import("./waiting-approvals.tsx"));

/** Says on every page what waits for a second person, to whoever asked for it and to whoever may decide it. Loaded by itself. */
export default function ApprovalBanner() {
  const { asked, toDecide } = useApprovals();
  return (
    <>
      {toDecide.length > 0 && (
        <WaitingApprovals approvals={toDecide} testId="approvals-to-decide">
          {toDecide.length === 1 ? `${toDecide[0]?.requester} asks for a second person:` : "wait for a second person"}
        </WaitingApprovals>
      )}
      {asked.length > 0 && (
        <WaitingApprovals approvals={asked} testId="approvals-asked">
          {asked.length === 1
            ? "You asked, and it waits for another person:"
            : "that you asked for wait for another person"}
        </WaitingApprovals>
      )}
    </>
  );
}
