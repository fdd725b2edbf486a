import { clone } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Client } from "@connectrpc/connect";
import type { AnalyticsService } from "@phoenix/gen/phoenix/analytics/v1/analytics_service_pb.ts";
import { Decision, DecisionSchema, type Verdict, VerdictSchema } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { ExperimentEventType } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import type { Database, Tx } from "@phoenix/platform/database";
import { fromConnectError } from "@phoenix/platform/errors";
import { appendEvent } from "../events/index.ts";
import { type ExperimentView, isFinal } from "./decide-step.ts";
import type { ExperimentRecord } from "./experiment-record.ts";
import { movePhase } from "./move-phase.ts";
import type { ExperimentSettings } from "./settings.ts";
import { baselineVariant, candidatesOf } from "./spec.ts";
import { lockExperiment, updateExperiment } from "./store.ts";
import { storeFailure } from "./store-failure.ts";

/** What an analysis needs. */
export interface AnalyzeDeps {
  db: Database;
  analytics: Client<typeof AnalyticsService>;
  settings: ExperimentSettings;
  clock: () => Date;
}

/** Longest one call of analytics may take, in milliseconds. */
export const callTimeoutMs = 30_000;

/**
 * Has the evidence judged once and stores what comes of it. A failure changes no
 * phase: it is written into the reason and tried again, so an error never passes
 * for a verdict.
 */
export async function analyze(
  deps: AnalyzeDeps,
  view: ExperimentView,
  step: { blocks: number; final: boolean },
  signal: AbortSignal,
): Promise<void> {
  const { experiment } = view;
  let verdicts: Verdict[];
  try {
    verdicts = await ask(deps, view, step.final, signal);
  } catch (error) {
    // The one who stops this replica is no trouble of the experiment.
    if (signal.aborted) return;
    const words = fromConnectError(error).message;
    await storeFailure(
      deps,
      experiment,
      `The newest analysis failed and is being tried again; nothing is decided meanwhile: ${words}`,
    );
    return;
  }
  await deps.db.transaction((tx) => storeVerdicts(tx, deps, experiment, step, verdicts));
}

async function ask(deps: AnalyzeDeps, view: ExperimentView, final: boolean, signal: AbortSignal): Promise<Verdict[]> {
  const { experiment, hosts } = view;
  const candidates = candidatesOf(experiment.spec);
  const uniform = Object.entries(experiment.arms).filter(([, arm]) => arm.uniform);
  const { verdicts } = await deps.analytics.analyzeExperiment(
    {
      experimentId: experiment.experimentId,
      plan: experiment.plan!,
      baselineVariant,
      candidateVariants: candidates,
      mustKeep: experiment.spec.mustKeep,
      final,
      hostIds: hosts.map((host) => host.hostId),
      // An arm that differs from host to host has no one digest to be held to.
      configDigests: Object.fromEntries(uniform.map(([variant, arm]) => [variant, arm.digest])),
      measureTime: timestampFromDate(experiment.measureTime!),
    },
    { signal, timeoutMs: callTimeoutMs },
  );
  const missing = candidates.filter((variant) => !verdicts.some((verdict) => verdict.variant === variant));
  if (missing.length > 0) throw new Error(`the analysis says nothing of ${missing.join(", ")}`);
  if (final && !verdicts.every((verdict) => isFinal(verdict.decision))) {
    throw new Error("the analysis asks for more evidence, but no more will come");
  }
  return verdicts.map(withoutSteps);
}

async function storeVerdicts(
  tx: Tx,
  { settings, clock }: AnalyzeDeps,
  seen: ExperimentRecord,
  step: { blocks: number; final: boolean },
  verdicts: Verdict[],
): Promise<void> {
  const experiment = await lockExperiment(tx, seen.experimentId);
  // Stopped or cancelled meanwhile, or another replica was faster: its result stands.
  if (experiment.phase !== seen.phase || experiment.analyzedBlocks !== seen.analyzedBlocks) return;
  const { experimentId, phase } = experiment;
  const summary = wordsOf(verdicts);
  // The verdict that ended measuring is final, so the last analysis usually just gives it again.
  if (!step.final || isNews(verdicts, experiment.verdicts)) {
    await appendEvent(tx, experimentId, {
      type: ExperimentEventType.ANALYZED,
      actor: "system",
      message: summary,
      phase,
      verdicts,
    });
  }
  const patch = {
    verdicts,
    analyzedBlocks: Math.max(step.blocks, experiment.analyzedBlocks),
    analysisFailures: 0,
    analysisRetryAt: null,
  };
  if (!step.final) {
    await updateExperiment(tx, experimentId, { ...patch, phaseReason: summary });
    return;
  }
  // The verdicts themselves stand beside the reason of a phase that is over.
  const reason = verdicts.length === 1 ? (verdicts[0]?.reason ?? "") : wordsOf(verdicts);
  const promote = verdicts.some((verdict) => verdict.decision === Decision.PROMOTE);
  const event = promote ? "verdict_promote" : "verdict_other";
  const hold = `The arms run on for a decision, for ${Math.round(settings.decisionHoldMs / 60_000)} minutes at most.`;
  const rest = { actor: "system", now: clock(), settings, patch };
  await movePhase(tx, experiment, { ...rest, event, reason: promote ? `${reason} ${hold}` : reason });
}

/** True when what is concluded, why, or from how much differs from what was known. */
function isNews(verdicts: readonly Verdict[], known: readonly Verdict[]): boolean {
  return verdicts.some(({ variant, decision, reason, blocks }) => {
    const before = known.find((verdict) => verdict.variant === variant);
    return before?.decision !== decision || before.reason !== reason || before.blocks !== blocks;
  });
}

function wordsOf(verdicts: readonly Verdict[]): string {
  const words = verdicts.map((verdict) => {
    const decision = decisionName(verdict.decision);
    return verdicts.length === 1
      ? `${decision}: ${verdict.reason}`
      : `${verdict.variant} ${decision}: ${verdict.reason}`;
  });
  return words.join(" ");
}

/** A decision as people read it, "PROMOTE" for instance. */
export function decisionName(decision: Decision): string {
  return DecisionSchema.value[decision]?.localName ?? "UNKNOWN";
}

/** Steps and block values grow with every block and are analytics' to give. */
function withoutSteps(verdict: Verdict): Verdict {
  const light = clone(VerdictSchema, verdict);
  light.steps = [];
  for (const effect of [light.primary, ...light.effects]) if (effect !== undefined) effect.blockLogRatios = [];
  return light;
}
