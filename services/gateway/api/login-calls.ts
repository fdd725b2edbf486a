import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import type { AuthService } from "@phoenix/gen/phoenix/gateway/v1/auth_service_pb.ts";
import { Code, ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { peerAddressKey, requestIdOf } from "@phoenix/platform/rpc";
import { callableMethods, callerKey, methodRules } from "../access/index.ts";
import {
  checkNewPassword,
  findUserByName,
  getUser,
  hashPassword,
  isPassword,
  noteLogin,
  type UserRecord,
  updateUser,
} from "../accounts/index.ts";
import {
  beginSession,
  callerOfUser,
  clearRefreshCookie,
  endSession,
  endSessionOfToken,
  endSessionsOf,
  type RefreshedSession,
  readRefreshCookie,
  refreshSession,
  setRefreshCookie,
} from "../sessions/index.ts";
import { identityMessage } from "./identity-message.ts";
import { knownCaller } from "./known-caller.ts";
import type { ApiParts } from "./parts.ts";

type LoginCalls = Pick<
  ServiceImpl<typeof AuthService>,
  "getLoginOptions" | "login" | "refresh" | "logout" | "whoAmI" | "getMatrix" | "changePassword"
>;

/** The calls by which people log in and out, and see who they are. */
export function createLoginCalls(parts: ApiParts): LoginCalls {
  const { db, clock, open, oidc, accessTokens, authenticator, attempts, append } = parts;

  const answer = async (user: UserRecord, session: RefreshedSession, cookie: boolean, context: HandlerContext) => {
    const { token, expireTime } = await accessTokens.make(session);
    const caller = { ...callerOfUser(user, { sessionId: session.sessionId }), expireTime };
    // For the record of this call: who logged in is known only now.
    context.values.set(callerKey, caller);
    if (cookie) setRefreshCookie(context, session.refreshToken, session.expireTime);
    return {
      accessToken: token,
      expireTime: timestampFromDate(expireTime),
      refreshToken: cookie ? "" : session.refreshToken,
      identity: identityMessage(caller),
      methods: user.mustChangePassword ? [] : callableMethods(caller),
    };
  };

  return {
    getLoginOptions: async () => ({
      open,
      password: !open,
      oidcPath: open ? "" : (oidc?.path ?? ""),
      oidcTitle: open ? "" : (oidc?.title ?? ""),
    }),

    async login({ name, password, cookie }, context) {
      const source = context.values.get(peerAddressKey);
      await attempts.begin(name, source);
      const user = await findUserByName(db, name);
      const matches = await isPassword(user?.passwordHash, password);
      if (user === undefined || !matches || user.disabled) {
        throw phoenixError(ErrorReason.UNAUTHENTICATED, "The name or the password is not right.");
      }
      await attempts.succeed(name, source);
      const now = clock();
      const session = await db.transaction(async (tx) => {
        await noteLogin(tx, user.userId, now);
        return beginSession(tx, user.userId, source, now);
      });
      return answer(user, session, cookie, context);
    },

    async refresh(request, context) {
      const fromCookie = request.refreshToken === "";
      const presented = fromCookie ? readRefreshCookie(context.requestHeader) : request.refreshToken;
      const outcome = presented === "" ? { kind: "refused" as const } : await refreshSession(db, presented, clock());
      if (outcome.kind === "refreshed") {
        return answer(await getUser(db, outcome.session.userId), outcome.session, fromCookie, context);
      }
      if (outcome.kind === "reused") {
        authenticator.forget();
        await append({
          time: clock(),
          actor: (await getUser(db, outcome.userId)).name,
          source: context.values.get(peerAddressKey),
          method: "phoenix.gateway.v1.AuthService/Refresh",
          subject: outcome.userId,
          outcome: "UNAUTHENTICATED",
          before: "",
          after: "",
          reason: "a refresh token was used a second time; the session is over",
          requestId: requestIdOf(context),
        });
      }
      if (fromCookie) clearRefreshCookie(context);
      throw phoenixError(ErrorReason.UNAUTHENTICATED, "The session is over. Log in again.");
    },

    async logout(request, context) {
      const fromCookie = request.refreshToken === "";
      const presented = fromCookie ? readRefreshCookie(context.requestHeader) : request.refreshToken;
      const ended = presented === "" ? undefined : await endSessionOfToken(db, presented, clock());
      if (ended !== undefined) context.values.set(callerKey, callerOfUser(await getUser(db, ended.userId), ended));
      else {
        // Whoever only has the access token of a login may end it, too.
        const sessionId = context.values.get(callerKey)?.sessionId ?? "";
        if (sessionId !== "") await endSession(db, sessionId, "logout", clock());
      }
      authenticator.forget();
      if (fromCookie) clearRefreshCookie(context);
      return {};
    },

    async whoAmI(_request, context) {
      const caller = knownCaller(context);
      return { identity: identityMessage(caller), methods: callableMethods(caller) };
    },

    getMatrix: async () => ({
      rules: methodRules
        .filter(([, { who }]) => who !== "services")
        .map(([method, { who, role, audited, fourEyes }]) => ({
          ...{ method, role, audited },
          public: who === "anyone",
          fourEyes: fourEyes !== "never",
        })),
    }),

    async changePassword({ currentPassword, newPassword }, context) {
      const caller = knownCaller(context);
      if (caller.userId === "") {
        throw phoenixError(ErrorReason.INVALID_FIELD, "Nobody is logged in here, so there is no password to change.", {
          code: Code.FailedPrecondition,
        });
      }
      const source = context.values.get(peerAddressKey);
      await attempts.begin(caller.name, source);
      const user = await getUser(db, caller.userId);
      if (!(await isPassword(user.passwordHash, currentPassword))) {
        throw phoenixError(ErrorReason.INVALID_FIELD, "The current password is not right.", {
          metadata: { field: "currentPassword" },
        });
      }
      await attempts.succeed(caller.name, source);
      checkNewPassword("newPassword", newPassword, user.name);
      if (newPassword === currentPassword) {
        throw phoenixError(ErrorReason.INVALID_FIELD, "The new password is the old one. Choose another.", {
          metadata: { field: "newPassword" },
        });
      }
      const passwordHash = await hashPassword(newPassword);
      await db.transaction(async (tx) => {
        await updateUser(tx, { ...(await getUser(tx, user.userId)), passwordHash, mustChangePassword: false });
        await endSessionsOf(tx, user.userId, "password", clock(), caller.sessionId);
      });
      authenticator.forget();
      return {};
    },
  };
}
