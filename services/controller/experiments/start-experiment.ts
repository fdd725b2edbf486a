import type { Tx } from "@phoenix/platform/database";
import { isQuarantined } from "../fleet/index.ts";
import type { ExperimentRecord } from "./experiment-record.ts";
import { engageHosts } from "./hosts-store.ts";
import { movePhase, type PhaseMove } from "./move-phase.ts";
import { planWarnings } from "./plan.ts";
import type { PreparedStart } from "./prepare-start.ts";
import { calibrationMsOf, candidatesOf, maxDurationMsOf } from "./spec.ts";
import { decideTransition } from "./state-machine.ts";
import { wakeReconcilers } from "./task-end-listener.ts";

/**
 * Starts a locked experiment with what was prepared: engages the hosts and moves
 * to INITIALIZING, which gives the agents their tasks.
 * @throws PhoenixError ILLEGAL_TRANSITION, HOST_BUSY, HOST_DRAINING, HOST_NOT_FOUND.
 */
export async function startExperiment(
  tx: Tx,
  experiment: ExperimentRecord,
  start: PreparedStart | null,
  move: Omit<PhaseMove, "event" | "reason" | "start" | "patch">,
): Promise<ExperimentRecord> {
  // Not prepared means not startable, and the table says why.
  if (start === null) return movePhase(tx, experiment, { ...move, event: "start", reason: "It is being started." });
  const { plan, arms, hosts } = start;
  // The refusal first: hosts of an experiment that was started are its own, not busy.
  if ("next" in decideTransition(experiment.phase, "start")) await engageHosts(tx, experiment.experimentId, hosts);
  const started = await movePhase(tx, experiment, {
    ...move,
    event: "start",
    reason: await reasonOf(tx, experiment, start),
    start,
    patch: { plan, arms, targetHosts: hosts.map((host) => host.hostId), startTime: move.now },
  });
  await wakeReconcilers(tx);
  return started;
}

async function reasonOf(tx: Tx, { spec }: ExperimentRecord, { plan, arms, hosts }: PreparedStart): Promise<string> {
  const count = hosts.length;
  const sentences = [`The arms are being started on ${count === 1 ? "1 host" : `${count} hosts`}.`];
  for (const warning of planWarnings(plan, {
    hosts: count,
    maxDurationMs: maxDurationMsOf(spec),
    calibrationMs: calibrationMsOf(spec),
  })) {
    sentences.push(`Warning: ${warning}.`);
  }
  for (const variant of candidatesOf(spec)) {
    const quarantined = await isQuarantined(tx, arms[variant]?.digest ?? "");
    if (quarantined === null) continue;
    sentences.push(
      `Warning: the configuration of ${variant} is quarantined, so its promotion needs force. ${quarantined}`,
    );
  }
  return sentences.join(" ");
}
