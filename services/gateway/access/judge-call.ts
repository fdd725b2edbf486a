import { ErrorReason, type PhoenixError, phoenixError } from "@phoenix/platform/errors";
import { type Caller, isInScope } from "./caller.ts";
import { hasRole, hasRoleEverywhere, roleWord } from "./grants.ts";
import type { HostScope } from "./host-scope.ts";
import { type MethodRule, methodRules } from "./method-rules.ts";
import type { Subject } from "./request-concern.ts";

/** A caller who may make a call, as far as the RPC alone says. */
export type Judged = {
  caller: Caller;
  /** The role counts whatever the host, so that no host has to be looked at. */
  everywhere: boolean;
};

/**
 * Judges a caller by the rule of an RPC, before the request is looked at.
 * @throws PhoenixError UNAUTHENTICATED, PASSWORD_CHANGE_REQUIRED or PERMISSION_DENIED.
 */
export function judgeCall(method: string, rule: MethodRule, caller: Caller | undefined): Judged {
  if (caller === undefined) {
    throw phoenixError(
      ErrorReason.UNAUTHENTICATED,
      "This call needs a login, and came without a valid credential. Log in (`phoenix auth login`) or send a token in `authorization: Bearer ...`.",
    );
  }
  const refusal = refusalOf(method, rule, caller);
  if (refusal !== undefined) throw refusal;
  return { caller, everywhere: rule.who === "person" || hasRoleEverywhere(caller.grants, rule.role) };
}

function refusalOf(method: string, rule: MethodRule, caller: Caller): PhoenixError | undefined {
  if (caller.mustChangePassword && !rule.beforePasswordChange) {
    return phoenixError(
      ErrorReason.PASSWORD_CHANGE_REQUIRED,
      "The password was given by someone else and must be changed first: `phoenix auth passwd`.",
    );
  }
  if (!isInScope(caller.scopes, method) && !rule.beforePasswordChange) {
    return denied(`The token of ${caller.name} may not call ${method}: it is not among its scopes.`, method);
  }
  if (rule.login && caller.sessionId === "" && !caller.open) {
    return denied(`${method} needs a login of a person: a token for programs cannot call it.`, method);
  }
  if (rule.who === "person") return undefined;
  if (!hasRole(caller.grants, rule.role)) {
    return denied(`${method} needs the role ${roleWord(rule.role)}, which ${caller.name} does not have.`, method);
  }
  if (rule.concern === "nothing" && rule.audited && !hasRoleEverywhere(caller.grants, rule.role)) {
    const role = roleWord(rule.role);
    return denied(`${method} concerns no host, and ${caller.name} has the role ${role} on some hosts only.`, method);
  }
  return undefined;
}

/**
 * Judges a caller whose role counts on some hosts only by what a request concerns.
 * @throws PhoenixError PERMISSION_DENIED; what the service says of a subject that is not there.
 */
export async function judgeHosts(
  method: string,
  rule: MethodRule,
  { caller, everywhere }: Judged,
  subjects: readonly Subject[],
  scope: HostScope,
): Promise<void> {
  if (everywhere) return;
  for (const subject of subjects) {
    if (await scope.allows(caller.grants, rule.role, subject)) continue;
    throw denied(
      `${caller.name} has the role ${roleWord(rule.role)}, which ${method} needs, on hosts with some labels only, and this concerns others.`,
      method,
    );
  }
}

/** The RPCs that a caller may call, on some hosts at least, by name. */
export function callableMethods(caller: Caller): string[] {
  return methodRules
    .filter(([, { who }]) => who !== "services")
    .filter(([method, rule]) => rule.who === "anyone" || refusalOf(method, rule, caller) === undefined)
    .map(([method]) => method);
}

function denied(message: string, method: string): PhoenixError {
  return phoenixError(ErrorReason.PERMISSION_DENIED, message, { metadata: { method } });
}
