import { fromJson, type JsonValue } from "@bufbuild/protobuf";
import {
  type AnalysisPlan,
  AnalysisPlanSchema,
  type Verdict,
  VerdictSchema,
} from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { type ExperimentSpec, ExperimentSpecSchema } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import type { Phase } from "./state-machine.ts";

/** What was done with a verdict, as it is stored. */
export type Outcome = "promoted" | "rolled_back" | "kept";

/** A promotion or a rollback that has not reached every host. */
export type Rollout = "promoting" | "rolling_back";

/** What one arm was rendered to when the experiment was started. */
export interface RenderedArm {
  /** Name of the pipeline. */
  pipeline: string;
  /** Version that was rendered; a promotion renders the same. */
  version: number;
  /** Digest that most hosts run. */
  digest: string;
  /** Every host runs that digest. */
  uniform: boolean;
  /** Scrape interval in the experiment, in seconds: the pipeline's own, or the window where that is shorter. */
  intervalSeconds: number;
  /** Scrape interval of the pipeline itself, in seconds. */
  productionIntervalSeconds: number;
}

/** An experiment as it is stored. */
export interface ExperimentRecord {
  experimentId: string;
  /** Place in the order of creation. */
  ordinal: bigint;
  name: string;
  spec: ExperimentSpec;
  phase: Phase;
  phaseReason: string;
  /** When the phase times out; null when it is over. */
  phaseDeadline: Date | null;
  outcome: Outcome | null;
  rollout: Rollout | null;
  /** Until when arms run for a decision. */
  holdUntil: Date | null;
  promotedVariant: string | null;
  promotedDigest: string | null;
  /** When every host of the promotion ran the candidate. */
  promoteTime: Date | null;
  /** Until when hosts are held back from the promotion; null when none are. */
  holdBackUntil: Date | null;
  plan: AnalysisPlan | null;
  /** By variant; empty before the start. */
  arms: Record<string, RenderedArm>;
  /** Newest, one for each candidate. */
  verdicts: Verdict[];
  analyzedBlocks: number;
  /** Analyses in a row that failed. */
  analysisFailures: number;
  analysisRetryAt: Date | null;
  createTime: Date;
  startTime: Date | null;
  /** When the A/A period began; it lasts until `measureTime` is set. Null without one. */
  calibrateTime: Date | null;
  measureTime: Date | null;
  endTime: Date | null;
  /** Grows with every change. */
  revision: bigint;
  lastEventSequence: bigint;
}

/** The columns of an experiment as the driver gives them. */
export interface ExperimentRow {
  experiment_id: string;
  ordinal: string;
  name: string;
  spec: JsonValue;
  phase: Phase;
  phase_reason: string;
  phase_deadline: Date | null;
  outcome: Outcome | null;
  rollout: Rollout | null;
  hold_until: Date | null;
  promoted_variant: string | null;
  promoted_digest: string | null;
  promote_time: Date | null;
  hold_back_until: Date | null;
  plan: JsonValue;
  arms: Record<string, RenderedArm>;
  verdicts: JsonValue[];
  analyzed_blocks: number;
  analysis_failures: number;
  analysis_retry_at: Date | null;
  create_time: Date;
  start_time: Date | null;
  calibrate_time: Date | null;
  measure_time: Date | null;
  end_time: Date | null;
  revision: string;
  last_event_sequence: string;
}

/** The select list of an {@link ExperimentRow}. */
export const experimentColumns = `experiment_id, ordinal, name, spec, phase, phase_reason, phase_deadline, outcome,
  rollout, hold_until, promoted_variant, promoted_digest, promote_time, hold_back_until, plan, arms, verdicts,
  analyzed_blocks, analysis_failures, analysis_retry_at, create_time, start_time, calibrate_time, measure_time, end_time,
  revision, last_event_sequence`;

// A row may come from a newer version of Phoenix that knows more fields.
const lenient = { ignoreUnknownFields: true };

/** An experiment from its columns. */
export function experimentFromRow(row: ExperimentRow): ExperimentRecord {
  return {
    experimentId: row.experiment_id,
    ordinal: BigInt(row.ordinal),
    name: row.name,
    spec: fromJson(ExperimentSpecSchema, row.spec, lenient),
    phase: row.phase,
    phaseReason: row.phase_reason,
    phaseDeadline: row.phase_deadline,
    outcome: row.outcome,
    rollout: row.rollout,
    holdUntil: row.hold_until,
    promotedVariant: row.promoted_variant,
    promotedDigest: row.promoted_digest,
    promoteTime: row.promote_time,
    holdBackUntil: row.hold_back_until,
    plan: row.plan === null ? null : fromJson(AnalysisPlanSchema, row.plan, lenient),
    arms: row.arms,
    verdicts: row.verdicts.map((verdict) => fromJson(VerdictSchema, verdict, lenient)),
    analyzedBlocks: row.analyzed_blocks,
    analysisFailures: row.analysis_failures,
    analysisRetryAt: row.analysis_retry_at,
    createTime: row.create_time,
    startTime: row.start_time,
    calibrateTime: row.calibrate_time,
    measureTime: row.measure_time,
    endTime: row.end_time,
    revision: BigInt(row.revision),
    lastEventSequence: BigInt(row.last_event_sequence),
  };
}
