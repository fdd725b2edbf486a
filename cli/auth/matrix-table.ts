import type { MethodRule } from "@phoenix/gen/phoenix/gateway/v1/auth_pb.ts";
import { renderTable } from "../output/table.ts";
import { roleWord } from "./grants.ts";

/** What each call asks of its caller, as rows: call, least role, audited, four eyes. */
export function matrixRows(
  rules: readonly Pick<MethodRule, "method" | "role" | "public" | "audited" | "fourEyes">[],
): string[][] {
  return rules.map((rule) => [
    rule.method.replace(/^phoenix\.([a-z]+)\.v1\./, "$1 "),
    rule.public ? "anyone" : roleWord(rule.role),
    rule.audited ? "audited" : "",
    rule.fourEyes ? "four eyes" : "",
  ]);
}

/** The same as a table. */
export function matrixTable(rules: Parameters<typeof matrixRows>[0]): string {
  return renderTable(["call", "least role", "audit", "second person"], matrixRows(rules), "There are no rules.");
}
