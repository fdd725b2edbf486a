import { randomBytes } from "node:crypto";
import type { Queryable, Tx } from "@phoenix/platform/database";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { noticeApprovalChange } from "./watch-approvals.ts";

/** A call that waits for a second person. */
export type ApprovalRecord = {
  approvalId: string;
  ordinal: bigint;
  method: string;
  /** The request in binary. */
  request: Uint8Array;
  summary: string;
  requester: string;
  requesterUserId: string | null;
  requesterTokenId: string | null;
  reason: string;
  createTime: Date;
  expireTime: Date;
  decider: string | null;
  decision: "approved" | "refused" | null;
  decideTime: Date | null;
  result: string;
};

type Row = {
  approval_id: string;
  ordinal: string;
  method: string;
  request: Buffer;
  summary: string;
  requester: string;
  requester_user_id: string | null;
  requester_token_id: string | null;
  reason: string;
  create_time: Date;
  expire_time: Date;
  decider: string | null;
  decision: "approved" | "refused" | null;
  decide_time: Date | null;
  result: string;
};

const columns = `approval_id, ordinal, method, request, summary, requester, requester_user_id, requester_token_id,
  reason, create_time, expire_time, decider, decision, decide_time, result`;

/** How long something may wait, in milliseconds. */
const waitMs = 3 * 86_400_000;

/** Keeps a call; gives its id. */
export async function insertApproval(
  q: Queryable,
  approval: Pick<
    ApprovalRecord,
    "method" | "request" | "summary" | "requester" | "requesterUserId" | "requesterTokenId" | "reason" | "createTime"
  >,
): Promise<string> {
  const approvalId = `apr-${randomBytes(8).toString("hex")}`;
  await q.query(
    `INSERT INTO approvals (approval_id, method, request, summary, requester, requester_user_id, requester_token_id,
       reason, create_time, expire_time) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      ...[approvalId, approval.method, Buffer.from(approval.request), approval.summary, approval.requester],
      ...[approval.requesterUserId, approval.requesterTokenId, approval.reason, approval.createTime],
      new Date(approval.createTime.getTime() + waitMs),
    ],
  );
  await noticeApprovalChange(q);
  return approvalId;
}

/** An approval by id. @throws PhoenixError ACCOUNT_NOT_FOUND. */
export async function getApproval(q: Queryable, approvalId: string, lock = false): Promise<ApprovalRecord> {
  const [row] = await q.query<Row>(
    `SELECT ${columns} FROM approvals WHERE approval_id = $1${lock ? " FOR UPDATE" : ""}`,
    [approvalId],
  );
  if (row !== undefined) return recordOf(row);
  throw phoenixError(ErrorReason.ACCOUNT_NOT_FOUND, `There is no approval ${approvalId}. List them to see the ids.`);
}

/** Approvals before an ordinal, newest first; those that still wait, or all. */
export async function listApprovals(
  q: Queryable,
  { decided, before, limit, now }: { decided: boolean; before: bigint | null; limit: number; now: Date },
): Promise<ApprovalRecord[]> {
  const rows = await q.query<Row>(
    `SELECT ${columns} FROM approvals
     WHERE ($1 OR (decision IS NULL AND expire_time > $2)) AND ($3::bigint IS NULL OR ordinal < $3)
     ORDER BY ordinal DESC LIMIT $4`,
    [decided, now, before, limit],
  );
  return rows.map(recordOf);
}

/** Stores a decision. */
export async function decideApproval(
  tx: Tx,
  decision: { approvalId: string; decider: string; approve: boolean; reason: string; now: Date },
): Promise<void> {
  const { approvalId, decider, approve, reason, now } = decision;
  await tx.query(
    `UPDATE approvals SET decider = $2, decision = $3, decide_reason = $4, decide_time = $5 WHERE approval_id = $1`,
    [approvalId, decider, approve ? "approved" : "refused", reason, now],
  );
  await noticeApprovalChange(tx);
}

/** Stores what became of a call that was approved. */
export async function storeResult(q: Queryable, approvalId: string, result: string): Promise<void> {
  await q.query("UPDATE approvals SET result = $2 WHERE approval_id = $1", [approvalId, result]);
  await noticeApprovalChange(q);
}

function recordOf(row: Row): ApprovalRecord {
  return {
    approvalId: row.approval_id,
    ordinal: BigInt(row.ordinal),
    method: row.method,
    request: new Uint8Array(row.request),
    summary: row.summary,
    requester: row.requester,
    requesterUserId: row.requester_user_id,
    requesterTokenId: row.requester_token_id,
    reason: row.reason,
    createTime: row.create_time,
    expireTime: row.expire_time,
    decider: row.decider,
    decision: row.decision,
    decideTime: row.decide_time,
    result: row.result,
  };
}
