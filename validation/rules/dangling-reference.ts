import type { RuleFinding } from "../finding.ts";
import { nameList } from "../name-list.ts";
import type { Subject } from "../subject.ts";

/** A service pipeline or the service names a component that is not defined: an error, the collector would not start. */
export function findDanglingReferences(subject: Subject): RuleFinding[] {
  const { components } = subject;
  const connectors = Object.keys(components.connectors);
  const known = {
    receivers: new Set([...Object.keys(components.receivers), ...connectors]),
    processors: new Set(Object.keys(components.processors)),
    exporters: new Set([...Object.keys(components.exporters), ...connectors]),
  };
  const kinds = ["receivers", "processors", "exporters"] as const;
  const findings = subject.routes.flatMap((route) =>
    kinds.flatMap((kind) =>
      route[kind].flatMap((name, index) => missing(known[kind], kind, name, [...route.at, kind, index])),
    ),
  );
  const extensions = new Set(Object.keys(components.extensions));
  return [
    ...findings,
    ...subject.usedExtensions.flatMap((name, index) =>
      missing(extensions, "extensions", name, ["service", "extensions", index]),
    ),
  ];
}

function missing(known: ReadonlySet<string>, kind: string, name: string, at: (string | number)[]): RuleFinding[] {
  if (known.has(name)) return [];
  const suggestion = `Define ${name} under ${kind}, or take it out here. Defined: ${nameList([...known])}.`;
  return [{ severity: "error", at, message: `${name} is used but not defined.`, suggestion }];
}
