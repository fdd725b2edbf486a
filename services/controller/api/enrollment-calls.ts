import { create } from "@bufbuild/protobuf";
import { durationMs, timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { ServiceImpl } from "@connectrpc/connect";
import { type EnrollmentToken, EnrollmentTokenSchema } from "@phoenix/gen/phoenix/controller/v1/fleet_pb.ts";
import { FleetService } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import { type Database, withRequestId } from "@phoenix/platform/database";
import { Code, ErrorReason, phoenixError } from "@phoenix/platform/errors";
import {
  createEnrollmentToken,
  type EnrollmentTokenRecord,
  listEnrollmentTokens,
  revokeEnrollmentToken,
} from "../enrollment/index.ts";
import { answerOnce, requestIdentity } from "./answer-once.ts";
import { cutPage, numberOfPageToken, pageSizeOf, pageTokenFor } from "./page-token.ts";

type Fleet = ServiceImpl<typeof FleetService>;

const tokenList = "enrollment-tokens";

/** The calls about enrolment tokens. */
export function createEnrollmentCalls(
  db: Database,
  rules: { enrollmentTtlMs: number },
): Pick<Fleet, "createEnrollmentToken" | "listEnrollmentTokens" | "revokeEnrollmentToken"> {
  return {
    async createEnrollmentToken(request) {
      const wanted = {
        ttlMs: request.ttl === undefined ? rules.enrollmentTtlMs : durationMs(request.ttl),
        maxUses: request.maxUses === 0 ? 1 : request.maxUses,
        labels: request.labels,
      };
      return db.transaction(async (tx) => {
        let made: Awaited<ReturnType<typeof createEnrollmentToken>> | undefined;
        await withRequestId(tx, requestIdentity(FleetService.method.createEnrollmentToken, request), async () => {
          made = await createEnrollmentToken(tx, wanted);
          // The answer holds a secret, so it is not kept for a repetition.
          return { bytes: new Uint8Array() };
        });
        if (made !== undefined) return { token: tokenMessage(made.token), secret: made.secret };
        throw phoenixError(
          ErrorReason.REQUEST_ID_REUSED,
          `The request ${request.requestId} made a token already, and a secret is given once. Revoke that token and ask for another with a new request id.`,
        );
      });
    },
    async listEnrollmentTokens(request) {
      const pageSize = pageSizeOf(request.pageSize);
      const rows = await listEnrollmentTokens(db, numberOfPageToken(tokenList, request.pageToken), pageSize + 1);
      const { page, last } = cutPage(rows, pageSize);
      const nextPageToken = last === undefined ? "" : pageTokenFor(tokenList, last.tokenSeq.toString());
      return { tokens: page.map(tokenMessage), nextPageToken };
    },
    async revokeEnrollmentToken(request) {
      return answerOnce(db, FleetService.method.revokeEnrollmentToken, request, async (tx) => {
        if (await revokeEnrollmentToken(tx, request.tokenId)) return {};
        throw phoenixError(
          ErrorReason.ENROLLMENT_TOKEN_REJECTED,
          `No enrolment token has the id ${request.tokenId}. List the tokens to see the ones there are.`,
          { code: Code.NotFound },
        );
      });
    },
  };
}

function tokenMessage(token: EnrollmentTokenRecord): EnrollmentToken {
  return create(EnrollmentTokenSchema, {
    tokenId: token.tokenId,
    usesLeft: token.usesLeft,
    labels: token.labels,
    revoked: token.revoked,
    createTime: timestampFromDate(token.createdAt),
    expireTime: timestampFromDate(token.expireAt),
  });
}
