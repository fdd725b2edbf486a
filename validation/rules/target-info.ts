import type { RuleFinding } from "../finding.ts";
import { remoteWritesOfProcesses } from "../remote-writes.ts";
import { isMapping, type Subject } from "../subject.ts";

/** Remote write with target_info on, which it is by default: a warning, one more series for every process. */
export function findTargetInfo(subject: Subject): RuleFinding[] {
  return remoteWritesOfProcesses(subject).flatMap(([id, { target_info: info }]) =>
    isMapping(info) && info.enabled === false
      ? []
      : [
          {
            severity: "warning" as const,
            at: ["exporters", id, "target_info", "enabled"],
            message: "Every process gets a series target_info besides its own.",
            suggestion: `Set target_info: {enabled: false} in ${id}.`,
          },
        ],
  );
}
