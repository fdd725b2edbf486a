import { toJson } from "@bufbuild/protobuf";
import { type DynamicPolicy, DynamicPolicySchema } from "@phoenix/gen/phoenix/pipelines/v1/dynamic_pb.ts";

/**
 * Writes a policy as a comment at the head of a configuration: where a configuration goes by its digest
 * its policy goes with it, into quarantine and back. ASCII only, as YAML knows line breaks beyond it,
 * and a must-keep expression must not end the comment.
 */
export function policyLine(policy: DynamicPolicy, intervalMs: number): string {
  const json = JSON.stringify({ intervalMs, policy: toJson(DynamicPolicySchema, policy) });
  const ascii = json.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return `# phoenix-dynamic: ${ascii}\n`;
}
