import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { type CollectorStatus, CollectorStatusSchema } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import type { CollectorSnapshot } from "./supervisor/index.ts";

const longestError = 8192;
const longestDetail = 256;

/** A collector as the controller is told of it. */
export function toCollectorStatus(snapshot: CollectorSnapshot, collectorVersion: string): CollectorStatus {
  const { spec, startedAtMs } = snapshot;
  return create(CollectorStatusSchema, {
    collectorId: spec.collectorId,
    state: snapshot.state,
    configDigest: spec.configDigest,
    pipeline: spec.pipeline,
    pid: snapshot.pid,
    ...(startedAtMs > 0 ? { startTime: timestampFromMs(startedAtMs) } : {}),
    restarts: snapshot.restarts,
    collectorVersion,
    lastError: snapshot.lastError.slice(-longestError),
    experimentId: spec.experimentId,
    dynamicDetail: snapshot.dynamicDetail.slice(0, longestDetail),
    // "active" names no arm.
    variant: spec.experimentId === "" ? "" : spec.variant,
    edited: snapshot.edited,
  });
}
