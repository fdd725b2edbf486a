import type { MethodRule } from "@phoenix/gen/phoenix/gateway/v1/auth_pb.ts";

/** The rules of calls with a text in their names that a role may make; an empty text and role 0 take all. */
export function filterRules(
  rules: readonly MethodRule[],
  { call, role }: { call: string; role: number },
): readonly MethodRule[] {
  const wanted = call.trim().toLowerCase();
  return rules.filter(
    (rule) => rule.method.toLowerCase().includes(wanted) && (role === 0 || rule.public || role >= rule.role),
  );
}
