import type { RuleFinding } from "../finding.ts";
import { remoteWritesOfProcesses } from "../remote-writes.ts";
import { isMapping, type Subject } from "../subject.ts";

/** Remote write without resource attributes as labels: a warning, all processes would write the same series. */
export function findCollapsedSeries(subject: Subject): RuleFinding[] {
  return remoteWritesOfProcesses(subject).flatMap(([id, { resource_to_telemetry_conversion: conversion }]) =>
    isMapping(conversion) && conversion.enabled === true
      ? []
      : [
          {
            severity: "warning" as const,
            at: ["exporters", id, "resource_to_telemetry_conversion", "enabled"],
            message: "Attributes of the process do not become labels, so that all processes collapse into one series.",
            suggestion: `Set resource_to_telemetry_conversion: {enabled: true} in ${id}.`,
          },
        ],
  );
}
