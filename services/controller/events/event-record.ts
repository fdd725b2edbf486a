import { create, fromJson, type JsonValue } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { type Verdict, VerdictSchema } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import {
  type ExperimentEvent,
  ExperimentEventSchema,
  type ExperimentEventType,
  ExperimentPhase,
} from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";

/** An event to append; what happened, to be kept for ever. */
export interface NewEvent {
  type: ExperimentEventType;
  /** Who caused it: "system" or a caller. */
  actor: string;
  /** What happened, in one sentence. */
  message: string;
  /** Phase after the event, as it is stored. */
  phase: string;
  /** Phase before it, where it changed. */
  previousPhase?: string;
  /** The host concerned. */
  hostId?: string;
  /** The reason a person gave. */
  userReason?: string;
  /** The analysis, of an ANALYZED event. */
  verdicts?: readonly Verdict[];
}

/** The columns of an event as the driver gives them. */
export interface EventRow {
  experiment_id: string;
  sequence: string;
  event_time: Date;
  type: ExperimentEventType;
  actor: string;
  message: string;
  phase: string;
  previous_phase: string | null;
  host_id: string | null;
  user_reason: string;
  verdicts: JsonValue[];
}

/** The select list of an {@link EventRow}. */
export const eventColumns =
  "experiment_id, sequence, event_time, type, actor, message, phase, previous_phase, host_id, user_reason, verdicts";

/** The phase of a stored name, as the contract has it. */
export function phaseOf(name: string): ExperimentPhase {
  const value = (ExperimentPhase as Record<string, unknown>)[name.toUpperCase()];
  return typeof value === "number" ? (value as ExperimentPhase) : ExperimentPhase.UNSPECIFIED;
}

/** An event of the contract from its columns. */
export function eventFromRow(row: EventRow): ExperimentEvent {
  return create(ExperimentEventSchema, {
    experimentId: row.experiment_id,
    sequence: BigInt(row.sequence),
    time: timestampFromDate(row.event_time),
    type: row.type,
    actor: row.actor,
    message: row.message,
    phase: phaseOf(row.phase),
    previousPhase: row.previous_phase === null ? ExperimentPhase.UNSPECIFIED : phaseOf(row.previous_phase),
    hostId: row.host_id ?? "",
    userReason: row.user_reason,
    verdicts: row.verdicts.map((verdict) => fromJson(VerdictSchema, verdict, { ignoreUnknownFields: true })),
  });
}
