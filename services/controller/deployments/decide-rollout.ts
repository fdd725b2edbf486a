import { batchHostsOf, type DeploymentRecord, dwellMsOf, gateLimitsOf } from "./deployment-record.ts";
import { gateHostOf } from "./gate-host.ts";
import { type HostView, isHere, isReady } from "./host-view.ts";
import { type GateFailure, judgeGates } from "./judge-gates.ts";
import type { DeploymentSettings } from "./settings.ts";

/** All that is known of a deployment at a moment. */
export interface DeploymentView {
  deployment: DeploymentRecord;
  /** Its hosts, in the order in which they are told. */
  hosts: readonly HostView[];
  /** Ids of hosts that the selector means and that belong to no deployment. */
  joining: readonly string[];
  now: Date;
  /** Agents had time to come back since this server started. */
  settled: boolean;
}

/** The next thing to do for a deployment; doing it changes what comes next. */
export type Act =
  | { do: "nothing"; waits?: string }
  /** Take in hosts that came to the selector. */
  | { do: "take_in"; hostIds: readonly string[] }
  /** Take the pipeline off hosts that the selector no longer means. */
  | { do: "drop"; hosts: readonly HostView[] }
  /** Tell of refusals in events. */
  | { do: "announce"; hosts: readonly HostView[] }
  /** Give hosts the version. */
  | { do: "tell"; hosts: readonly HostView[] }
  /** Every host of the step has answered: watch them from now on. */
  | { do: "settle" }
  | { do: "pass_step" }
  | { do: "fail_gate"; failure: GateFailure; stopOnly: boolean }
  /** Every host was given the version. */
  | { do: "finish" }
  /** Nothing of it is left on a host. */
  | { do: "forget" };

/** Decides what is to be done next for a deployment. Knows no clock and no database. */
export function decideRollout(view: DeploymentView, settings: DeploymentSettings): Act {
  const { state } = view.deployment;
  if (state !== "deleting") {
    const leaving = view.hosts.filter((host) => !host.selected);
    if (leaving.length > 0) return { do: "drop", hosts: leaving };
    if (view.joining.length > 0) return { do: "take_in", hostIds: view.joining };
  }
  const silent = view.hosts.filter((host) => !host.announced);
  if (silent.length > 0) return { do: "announce", hosts: silent };
  switch (state) {
    case "rolling_out":
    case "paused":
      return decideStep(view, settings);
    case "rolling_back":
      return tellNext(view, view.hosts.filter(isReady), settings) ?? waitForAnswers(view, settings) ?? { do: "finish" };
    case "deleting":
      // One that is away is told too: what it is to stop waits for it.
      return tellNext(view, view.hosts, settings) ?? waitForAnswers(view, settings) ?? { do: "forget" };
    case "rolled_out":
    case "rolled_back":
      // Those that were away, or came later.
      return tellNext(view, view.hosts.filter(isReady), settings) ?? { do: "nothing" };
    case "stopped":
      return { do: "nothing" };
  }
}

function decideStep(view: DeploymentView, settings: DeploymentSettings): Act {
  const { deployment, hosts, now } = view;
  const { step, steps, strategy } = deployment;
  const told = hosts.flatMap((host) => gateHostOf(host, view, settings) ?? []);
  // A gate keeps watching while it waits for a person.
  const failure = judgeGates(told, gateLimitsOf(deployment.gates));
  if (failure !== null) return { do: "fail_gate", failure, stopOnly: strategy.stopOnly };
  if (deployment.state === "paused") return { do: "nothing" };
  const due = hosts.filter((host) => host.step <= step);
  const next = tellNext(view, due.filter(isReady), settings);
  if (next !== null) return next;
  if (waitForAnswers(view, settings) !== null || due.some((host) => mayReturn(view, host))) return { do: "nothing" };
  const nobody = due.length > 0 && !due.some((host) => host.phase === "applied");
  if (nobody) return { do: "nothing", waits: `Step ${step} of ${steps} waits: none of its hosts can be told now.` };
  const dwellMs = dwellMsOf(strategy);
  if (deployment.settledTime === null && dwellMs > 0) return { do: "settle" };
  const watchedMs = now.getTime() - (deployment.settledTime ?? now).getTime();
  if (watchedMs < dwellMs) return { do: "nothing" };
  return step < steps ? { do: "pass_step" } : { do: "finish" };
}

/** The hosts to be told next, of those that may be, as many as may work at a time. */
function tellNext(
  view: DeploymentView,
  mayBeTold: readonly HostView[],
  settings: DeploymentSettings,
): (Act & { do: "tell" }) | null {
  const waiting = mayBeTold.filter((host) => host.phase === "waiting");
  if (waiting.length === 0) return null;
  const free = batchHostsOf(view.deployment.strategy) - workingHosts(view, settings).length;
  return free > 0 ? { do: "tell", hosts: waiting.slice(0, free) } : null;
}

/** A wait when a host still works on it. */
function waitForAnswers(view: DeploymentView, settings: DeploymentSettings): Act | null {
  return workingHosts(view, settings).length > 0 ? { do: "nothing" } : null;
}

/** True when a host has still to answer or to be told, and is lost only because this server was away. */
function mayReturn({ settled }: DeploymentView, { phase, hostState }: HostView): boolean {
  return !settled && hostState === "lost" && (phase === "waiting" || phase === "told");
}

/** Hosts that were told and are expected to answer: one that is lost or hangs is not waited for. */
function workingHosts(view: DeploymentView, { wrongDigestAfterMs }: DeploymentSettings): HostView[] {
  const { hosts, now } = view;
  return hosts.filter(
    (host) =>
      host.phase === "told" &&
      (isHere(host) || mayReturn(view, host)) &&
      host.toldTime !== null &&
      now.getTime() - host.toldTime.getTime() < wrongDigestAfterMs,
  );
}
