import type { ServiceImpl } from "@connectrpc/connect";
import { AuthService } from "@phoenix/gen/phoenix/gateway/v1/auth_service_pb.ts";
import { Code, ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { isCovered } from "../access/index.ts";
import {
  checkNewPassword,
  deleteUser,
  getUser,
  hashPassword,
  insertUser,
  listUsers,
  lockAdministrators,
  makePassword,
  requireAdministrator,
  type UserRecord,
  updateUser,
  userMessage,
} from "../accounts/index.ts";
import { endSessionsOf } from "../sessions/index.ts";
import { answerOnce, answerSecretOnce } from "./answer-once.ts";
import { grantsOf } from "./identity-message.ts";
import { knownCaller } from "./known-caller.ts";
import { cutPage, pageSizeOf, readPageToken, writePageToken } from "./page-token.ts";
import type { ApiParts } from "./parts.ts";

type UserCalls = Pick<ServiceImpl<typeof AuthService>, "listUsers" | "createUser" | "updateUser" | "deleteUser">;

const methods = AuthService.method;
const changeable = ["display_name", "grants", "disabled", "password"];

/** The calls by which administrators keep users. */
export function createUserCalls({ db, clock, authenticator }: ApiParts): UserCalls {
  return {
    async listUsers(request) {
      const pageSize = pageSizeOf(request.pageSize);
      const after = readPageToken("users", request.pageToken);
      const { page, last } = cutPage(await listUsers(db, after, pageSize + 1), pageSize);
      const nextPageToken = last === undefined ? "" : writePageToken("users", last.name.toLowerCase());
      return { users: page.map(userMessage), nextPageToken };
    },

    async createUser(request, context) {
      const { name, displayName } = request;
      if (request.password !== "") checkNewPassword("password", request.password, name);
      const password = request.password || makePassword();
      const passwordHash = await hashPassword(password);
      return answerSecretOnce(db, methods.createUser, request, knownCaller(context), async (tx) => {
        const user = await insertUser(tx, {
          ...{ name, displayName, passwordHash },
          grants: grantsOf(request.grants),
          mustChangePassword: true,
          externalSubject: null,
          createTime: clock(),
        });
        return { user: userMessage(user), password: request.password === "" ? password : "" };
      });
    },

    async updateUser(request, context) {
      const paths = new Set(request.updateMask?.paths ?? []);
      const unknown = [...paths].filter((path) => !changeable.includes(path));
      if (paths.size === 0 || unknown.length > 0) {
        const message = `The mask of what to change names ${unknown.join(", ") || "nothing"}: a user has ${changeable.join(", ")}.`;
        throw phoenixError(ErrorReason.INVALID_FIELD, message, { metadata: { field: "updateMask" } });
      }
      const passwordHash = paths.has("password")
        ? await hashOf(request.password, (await getUser(db, request.userId)).name)
        : null;
      const answer = await answerOnce(db, methods.updateUser, request, knownCaller(context), async (tx) => {
        await lockAdministrators(tx);
        const before = await getUser(tx, request.userId);
        if (passwordHash !== null && before.externalSubject !== null) {
          const message = `${before.name} logs in with OpenID Connect and has no password here.`;
          throw phoenixError(ErrorReason.INVALID_FIELD, message, { code: Code.FailedPrecondition });
        }
        const after: UserRecord = {
          ...before,
          displayName: paths.has("display_name") ? request.displayName : before.displayName,
          grants: paths.has("grants") ? grantsOf(request.grants) : before.grants,
          disabled: paths.has("disabled") ? request.disabled : before.disabled,
          ...(passwordHash === null ? {} : { passwordHash, mustChangePassword: true }),
        };
        await updateUser(tx, after);
        await requireAdministrator(tx);
        if (passwordHash !== null) await endSessionsOf(tx, after.userId, "password", clock());
        else if (after.disabled || !isCovered(before.grants, after.grants)) {
          await endSessionsOf(tx, after.userId, "rights", clock());
        }
        return { user: userMessage(after) };
      });
      authenticator.forget();
      return answer;
    },

    async deleteUser(request, context) {
      const answer = await answerOnce(db, methods.deleteUser, request, knownCaller(context), async (tx) => {
        await lockAdministrators(tx);
        await getUser(tx, request.userId);
        await deleteUser(tx, request.userId);
        await requireAdministrator(tx);
        return {};
      });
      authenticator.forget();
      return answer;
    },
  };
}

async function hashOf(password: string, name: string): Promise<string> {
  checkNewPassword("password", password, name);
  return hashPassword(password);
}
