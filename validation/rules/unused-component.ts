import type { RuleFinding } from "../finding.ts";
import { type Subject, sections } from "../subject.ts";

/** A component is defined and nothing uses it: a warning, it does nothing. */
export function findUnusedComponents(subject: Subject): RuleFinding[] {
  const used = new Set([
    ...subject.usedExtensions,
    ...subject.routes.flatMap((route) => [...route.receivers, ...route.processors, ...route.exporters]),
    ...JSON.stringify(subject.components)
      .matchAll(/"authenticator":"([^"]+)"/g)
      .map((match) => match[1] ?? ""),
  ]);
  return sections.flatMap((section) =>
    Object.keys(subject.components[section])
      .filter((id) => !used.has(id))
      .map((id) => ({
        severity: "warning" as const,
        at: [section, id],
        message: `${id} is defined under ${section} but nothing uses it.`,
        suggestion: `Name ${id} in a pipeline, or remove it.`,
      })),
  );
}
