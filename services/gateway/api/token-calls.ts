import { durationMs } from "@bufbuild/protobuf/wkt";
import type { ServiceImpl } from "@connectrpc/connect";
import { Role } from "@phoenix/gen/phoenix/gateway/v1/auth_pb.ts";
import { AuthService } from "@phoenix/gen/phoenix/gateway/v1/auth_service_pb.ts";
import { Code, ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { type Caller, hasRoleEverywhere, isCovered } from "../access/index.ts";
import { getToken, insertToken, listTokens, revokeToken, tokenMessage } from "../tokens/index.ts";
import { answerOnce, answerSecretOnce } from "./answer-once.ts";
import { grantsOf } from "./identity-message.ts";
import { knownCaller } from "./known-caller.ts";
import { cutPage, pageSizeOf, readNumberToken, writePageToken } from "./page-token.ts";
import type { ApiParts } from "./parts.ts";

type TokenCalls = Pick<ServiceImpl<typeof AuthService>, "listApiTokens" | "createApiToken" | "revokeApiToken">;

const methods = AuthService.method;
const list = "api-tokens";
/** How long a token lasts that nobody says a time for, in milliseconds. */
const lifetimeMs = 30 * 86_400_000;

/** The calls about tokens for programs. */
export function createTokenCalls({ db, clock, authenticator }: ApiParts): TokenCalls {
  return {
    async listApiTokens(request, context) {
      const caller = knownCaller(context);
      if (request.all && !administers(caller)) throw denied("Only an administrator sees the tokens of others.");
      const pageSize = pageSizeOf(request.pageSize);
      const before = readNumberToken(list, request.pageToken);
      const userId = request.all || caller.open ? null : caller.userId;
      const { page, last } = cutPage(await listTokens(db, { userId, before, limit: pageSize + 1 }), pageSize);
      const nextPageToken = last === undefined ? "" : writePageToken(list, last.ordinal.toString());
      return { tokens: page.map(tokenMessage), nextPageToken };
    },

    async createApiToken(request, context) {
      const caller = knownCaller(context);
      const { name, scopes, service } = request;
      if (service && !administers(caller)) throw denied("Only an administrator makes tokens for services.");
      if (!service && caller.userId === "") {
        throw phoenixError(
          ErrorReason.INVALID_FIELD,
          "Nobody is logged in here whom the token could act for. Ask for a token of a service.",
          { code: Code.FailedPrecondition, metadata: { field: "service" } },
        );
      }
      const grants = request.grants.length === 0 ? [...caller.grants] : grantsOf(request.grants);
      if (!isCovered(grants, caller.grants)) throw denied("A token may do at most what its maker may.");
      const createTime = clock();
      const lastsMs = request.lifetime === undefined ? lifetimeMs : durationMs(request.lifetime);
      return answerSecretOnce(db, methods.createApiToken, request, caller, async (tx) => {
        const { record, secret } = await insertToken(tx, {
          ...{ name, grants, scopes, createTime },
          userId: service ? null : caller.userId,
          expireTime: new Date(createTime.getTime() + lastsMs),
        });
        return { token: tokenMessage(record), secret };
      });
    },

    async revokeApiToken(request, context) {
      const caller = knownCaller(context);
      const answer = await answerOnce(db, methods.revokeApiToken, request, caller, async (tx) => {
        const token = await getToken(tx, request.tokenId);
        const own = token.userId !== null && token.userId === caller.userId;
        if (!own && !administers(caller)) throw denied("Only an administrator revokes the tokens of others.");
        await revokeToken(tx, request.tokenId, clock());
        return {};
      });
      authenticator.forget();
      return answer;
    },
  };
}

function administers({ grants }: Caller): boolean {
  return hasRoleEverywhere(grants, Role.ADMIN);
}

function denied(message: string) {
  return phoenixError(ErrorReason.PERMISSION_DENIED, message);
}
