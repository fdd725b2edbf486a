import type { RuleFinding } from "../finding.ts";
import { listenersOf } from "../listeners.ts";
import type { Subject } from "../subject.ts";

/** A listener with a port of its own: a warning, as two collectors on a host would both want it. */
export function findFixedPorts(subject: Subject): RuleFinding[] {
  return listenersOf(subject).flatMap(({ id, at, address, port }): RuleFinding[] => {
    if (port === undefined || port === 0) return [];
    const origin = address ? "" : ", which it has where none is written";
    return [
      {
        severity: "warning",
        at,
        message: `${id} takes port ${port}${origin}; a second collector on the host cannot have it too.`,
        suggestion: suggestionFor(port),
      },
    ];
  });
}

function suggestionFor(port: number): string {
  if (port === 8888)
    return `Give service.telemetry.metrics a reader with port: \${env:PHX_METRICS_PORT}, or level: none.`;
  if (port === 13133) return `Write endpoint: 127.0.0.1:\${env:PHX_HEALTH_PORT}.`;
  return "Take the port from an environment variable that differs between the two, or leave the listener out.";
}
