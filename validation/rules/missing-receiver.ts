import type { RuleFinding } from "../finding.ts";
import { componentType, type Subject } from "../subject.ts";

/** Types of the receiver that measures processes, the newer spelling first. */
export const hostReceivers = ["host_metrics", "hostmetrics"];

/** No service pipeline reads host metrics: an error, there would be nothing to compare. */
export function findMissingReceiver(subject: Subject): RuleFinding[] {
  const reads = subject.routes.some((route) => route.receivers.some((id) => hostReceivers.includes(componentType(id))));
  if (reads) return [];
  return [
    {
      severity: "error",
      at: ["receivers"],
      message: "No pipeline has a host_metrics receiver, so no process would be measured.",
      suggestion: "Define host_metrics with the process scraper and name it in a pipeline.",
    },
  ];
}
