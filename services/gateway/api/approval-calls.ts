import type { ServiceImpl } from "@connectrpc/connect";
import { Role } from "@phoenix/gen/phoenix/gateway/v1/auth_pb.ts";
import type { AuthService } from "@phoenix/gen/phoenix/gateway/v1/auth_service_pb.ts";
import { Code, ErrorReason, fromConnectError, phoenixError, reasonName } from "@phoenix/platform/errors";
import { peerAddressKey, requestIdOf } from "@phoenix/platform/rpc";
import { type Caller, judgeCall, judgeHosts, ruleOf, subjectsOf } from "../access/index.ts";
import { type ApprovalRecord, decideApproval, getApproval, listApprovals, storeResult } from "../approvals/index.ts";
import { describeAfter, findSubject } from "../enforcement/index.ts";
import { approvalMessage } from "./approval-message.ts";
import { knownCaller } from "./known-caller.ts";
import { cutPage, pageSizeOf, readNumberToken, writePageToken } from "./page-token.ts";
import type { ApiParts } from "./parts.ts";
import type { KeptCall } from "./replay.ts";

type ApprovalCalls = Pick<ServiceImpl<typeof AuthService>, "listApprovals" | "decideApproval">;

const list = "approvals";
/** A call that was approved so long ago and has no result was cut off, in milliseconds. */
const cutOffMs = 300_000;

/** The calls about what waits for a second person. */
export function createApprovalCalls(parts: ApiParts): ApprovalCalls {
  const { db, clock, scope, replay, authenticator, append } = parts;

  /** That someone may do what was asked for, with a role on top where one is needed. */
  const judge = async (caller: Caller | undefined, { method, request }: KeptCall, least: Role): Promise<void> => {
    const name = `${method.parent.typeName}/${method.name}`;
    const rule = ruleOf(method.parent.typeName, method.name)!;
    const needed = { ...rule, role: rule.role > least ? rule.role : least };
    await judgeHosts(name, needed, judgeCall(name, needed, caller), subjectsOf(rule.concern, request), scope);
  };
  const messageOf = (approval: ApprovalRecord) => approvalMessage(approval, replay(approval));
  /** Whoever asked, as of now. */
  const requesterOf = ({ requesterUserId: userId, requesterTokenId: tokenId }: ApprovalRecord) =>
    authenticator.lookUp({ userId, tokenId });

  return {
    async listApprovals(request) {
      const pageSize = pageSizeOf(request.pageSize);
      const before = readNumberToken(list, request.pageToken);
      const wanted = { decided: request.decided, before, limit: pageSize + 1, now: clock() };
      const { page, last } = cutPage(await listApprovals(db, wanted), pageSize);
      const nextPageToken = last === undefined ? "" : writePageToken(list, last.ordinal.toString());
      return { approvals: page.map(messageOf), nextPageToken };
    },

    async decideApproval({ approvalId, approve, reason }, context) {
      const caller = knownCaller(context);
      const kept = replay(await getApproval(db, approvalId));
      if (kept === undefined) throw new Error(`the approval ${approvalId} is for a call that is not served here`);
      await judge(caller, kept, Role.APPROVER);
      const now = clock();
      const approval = await db.transaction(async (tx) => {
        const waiting = await getApproval(tx, approvalId, true);
        if (approve && isCutOff(waiting, now)) return waiting;
        if (waiting.decision !== null || waiting.expireTime.getTime() <= now.getTime()) {
          const why = waiting.decision === null ? "it waited too long" : `${waiting.decider} ${waiting.decision} it`;
          throw phoenixError(ErrorReason.ILLEGAL_TRANSITION, `${approvalId} does not wait any more: ${why}.`);
        }
        if (approve) {
          if (caller.userId === "" || caller.userId === waiting.requesterUserId) {
            throw phoenixError(
              ErrorReason.PERMISSION_DENIED,
              "Nobody approves what they asked for: another person has to.",
            );
          }
          // What was allowed when it was asked for may be taken away by now.
          await judge(await requesterOf(waiting), kept, Role.VIEWER);
        }
        await decideApproval(tx, { approvalId, decider: caller.name, approve, reason, now });
        return waiting;
      });
      if (!approve) return { approval: messageOf(await getApproval(db, approvalId)) };

      let outcome = "ok";
      let result = "done";
      let after = describeAfter(kept.method, kept.request, undefined);
      try {
        after = describeAfter(kept.method, kept.request, await kept.run(requestIdOf(context)));
      } catch (error) {
        const failure = fromConnectError(error);
        outcome = reasonName(failure.reason);
        result = failure.code === Code.Internal ? "it failed; the server's log has the details" : failure.message;
      }
      await storeResult(db, approvalId, result);
      await append({
        time: clock(),
        actor: approval.requester,
        source: context.values.get(peerAddressKey),
        method: approval.method,
        subject: findSubject(kept.request, undefined),
        ...{ outcome, after },
        before: "",
        reason: `${approval.reason} (approved by ${caller.name}: ${approvalId})`.trim(),
        requestId: requestIdOf(context),
      });
      return { approval: messageOf(await getApproval(db, approvalId)) };
    },
  };
}

/** Approved, and whoever did it died before it was done: it is done again, with the same request id. */
function isCutOff({ decision, decideTime, result }: ApprovalRecord, now: Date): boolean {
  return decision === "approved" && result === "" && now.getTime() - (decideTime?.getTime() ?? 0) > cutOffMs;
}
