import { type DocumentPath, walkText } from "@phoenix/catalog";
import type { RuleFinding } from "../finding.ts";
import type { Subject } from "../subject.ts";

/** Attributes with a new value for every process, request or pod. */
const unbounded = [
  "process.pid",
  "process.parent_pid",
  "process.command",
  "process.command_line",
  "process.command_args",
  "container.id",
  "k8s.pod.uid",
  "trace_id",
  "span_id",
  "url.full",
  "http.url",
  "user.id",
];
const copied = /\bset\(\s*(?:datapoint|metric)?\.?attributes\["[^"]+"\]\s*,\s*[A-Za-z_.]*attributes\["([^"]+)"\]/g;

/**
 * An attribute that never ends becomes a label: a warning, as each new value is a new series. Seen where
 * a label is made: dimensions and keys of connectors and processors, copies by name and by statement.
 */
export function findUnboundedLabels({ components }: Subject): RuleFinding[] {
  const { processors, connectors } = components;
  const findings: RuleFinding[] = [];
  walkText({ processors, connectors }, (text, at) => {
    const names = isLabelPlace(at) ? [text] : [...text.matchAll(copied)].map((match) => match[1] ?? "");
    for (const name of names.filter((each) => unbounded.includes(each))) {
      findings.push({
        severity: "warning",
        at,
        message: `${name} becomes a label: every new value of it makes new series.`,
        suggestion: "Use an attribute with few values, process.executable.name for instance, or leave it out.",
      });
    }
  });
  return findings;
}

function isLabelPlace(at: DocumentPath): boolean {
  const [last, before, third] = at.toReversed();
  if (last === "from_attribute") return true;
  if (typeof last === "number") return before === "keys" || before === "group_by_keys";
  const inList = typeof before === "number" && (third === "dimensions" || third === "attributes");
  return inList && (last === "name" || (last === "key" && at[0] === "connectors"));
}
