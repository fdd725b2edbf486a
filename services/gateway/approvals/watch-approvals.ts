import type { Database, Queryable } from "@phoenix/platform/database";
import { createPeriodic } from "@phoenix/platform/lifecycle";
import type { Logger } from "@phoenix/platform/logging";
import { createApprovalLook } from "./look-at-approvals.ts";

/** Says which approvals changed, whichever process changed them, until the function it resolves to was called. */
export type ApprovalWatch = (tell: (approvalIds: readonly string[]) => void) => Promise<() => Promise<void>>;

/** The channel that says some approval changed. Without a payload: watchers look for themselves. */
const approvalChannel = "phoenix_approval_changed";

/** Longest time until a change is seen that no notice of the database tells of, the end of a wait for instance, in ms. */
const lookEveryMs = 5_000;

/** Tells the watchers of all gateways, once the transaction commits, that an approval changed. */
export async function noticeApprovalChange(q: Queryable): Promise<void> {
  await q.query("SELECT pg_notify($1, '')", [approvalChannel]);
}

/** Creates the watch. Whatever changes after it resolved is told; it rejects when the database is away. */
export function createApprovalWatch(parts: { db: Database; clock: () => Date; logger: Logger }): ApprovalWatch {
  const { db, clock, logger } = parts;
  return async (tell) => {
    const approvals = createApprovalLook(db);
    const duty = createPeriodic({
      name: "look at approvals",
      intervalMs: lookEveryMs,
      logger,
      async run() {
        const changed = await approvals.look(clock());
        if (changed.length > 0) tell(changed);
      },
    });
    await approvals.look(clock());
    const unlisten = await db.listen(approvalChannel, () => duty.wake());
    await duty.start();
    return async () => {
      await unlisten();
      await duty.stop();
    };
  };
}
