import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { type Identity, IdentitySchema, type RoleGrant } from "@phoenix/gen/phoenix/gateway/v1/auth_pb.ts";
import type { Caller, Grant } from "../access/index.ts";

/** A caller as the contract has it. */
export function identityMessage(caller: Caller): Identity {
  const { userId, name, displayName, scopes, open, mustChangePassword, expireTime } = caller;
  return create(IdentitySchema, {
    ...{ userId, name, displayName, open, mustChangePassword },
    scopes: [...scopes],
    grants: caller.grants.map(({ role, labels }) => ({ role, labels: { ...labels } })),
    ...(expireTime === undefined ? {} : { expireTime: timestampFromDate(expireTime) }),
  });
}

/** Grants of a request. */
export function grantsOf(messages: readonly RoleGrant[]): Grant[] {
  return messages.map(({ role, labels }) => ({ role, labels }));
}
