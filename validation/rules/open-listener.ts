import { isEveryInterface } from "../address.ts";
import type { RuleFinding } from "../finding.ts";
import { listenersOf } from "../listeners.ts";
import type { Subject } from "../subject.ts";

/** Something listens on every interface of the host: a warning, whoever can reach the host can send or read there. */
export function findOpenListeners(subject: Subject): RuleFinding[] {
  return listenersOf(subject)
    .filter(({ address }) => address?.host !== undefined && isEveryInterface(address.host))
    .map(({ id, at, port }) => ({
      severity: "warning",
      at,
      message: `${id} listens on every interface of the host.`,
      suggestion: `Listen on 127.0.0.1${port === undefined ? "" : `:${port}`}, or on the one address that is needed.`,
    }));
}
