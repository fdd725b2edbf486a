import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { CollectorState } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import {
  type Experiment,
  type ExperimentHostSchema,
  ExperimentOutcome,
  ExperimentSchema,
} from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import type { Queryable } from "@phoenix/platform/database";
import { phaseOf } from "../events/index.ts";
import {
  collectorIdOf,
  deadlineInputOf,
  type ExperimentHostRecord,
  type ExperimentRecord,
  getExperimentHosts,
  isOver,
  makePlan,
  profileOf,
  secondsUntilMeasured,
} from "../experiments/index.ts";
import { activeCollectorId, findHosts, type HostRecord } from "../fleet/index.ts";

const outcomes = {
  promoted: ExperimentOutcome.PROMOTED,
  rolled_back: ExperimentOutcome.ROLLED_BACK,
  kept: ExperimentOutcome.KEPT,
} as const;

/** The etag of an experiment; another one after every change. */
export function etagOf(experiment: Pick<ExperimentRecord, "revision">): string {
  return `r${experiment.revision}`;
}

/** An experiment as users see it, with its hosts as they are now. */
export async function readExperimentMessage(q: Queryable, record: ExperimentRecord, now: Date): Promise<Experiment> {
  const hosts = await getExperimentHosts(q, record.experimentId);
  const { found } = await findHosts(q, { hosts: hosts.map((host) => host.hostId), labels: {} });
  const byId = new Map(found.map((host) => [host.hostId, host]));
  const messages = hosts.map((host) => hostMessage(record, host, byId.get(host.hostId)));
  return experimentMessage(record, now, messages);
}

/** An experiment as users see it. Sequences of hosts are the caller's; a list has none. */
export function experimentMessage(
  record: ExperimentRecord,
  now: Date,
  hosts: MessageInitShape<typeof ExperimentHostSchema>[] = [],
): Experiment {
  const arms = Object.entries(record.arms);
  return create(ExperimentSchema, {
    experimentId: record.experimentId,
    name: record.name,
    spec: record.spec,
    phase: phaseOf(record.phase),
    phaseReason: record.phaseReason,
    outcome: record.outcome === null ? ExperimentOutcome.UNSPECIFIED : outcomes[record.outcome],
    etag: etagOf(record),
    hosts,
    ...(record.plan === null ? {} : { plan: record.plan }),
    verdicts: record.verdicts,
    createTime: timestampFromDate(record.createTime),
    ...(record.startTime === null ? {} : { startTime: timestampFromDate(record.startTime) }),
    ...(record.calibrateTime === null ? {} : { calibrateTime: timestampFromDate(record.calibrateTime) }),
    ...(record.measureTime === null ? {} : { measureTime: timestampFromDate(record.measureTime) }),
    ...(record.endTime === null ? {} : { endTime: timestampFromDate(record.endTime) }),
    lastEventSequence: record.lastEventSequence,
    configDigests: Object.fromEntries(arms.map(([variant, arm]) => [variant, arm.digest])),
    productionIntervalSeconds: Object.fromEntries(
      arms.map(([variant, arm]) => [variant, arm.productionIntervalSeconds]),
    ),
    promotedVariant: record.promotedVariant ?? "",
    promotedDigest: record.promotedDigest ?? "",
    ...(record.promoteTime === null ? {} : { promoteTime: timestampFromDate(record.promoteTime) }),
    ...(record.holdBackUntil === null ? {} : { holdBackUntil: timestampFromDate(record.holdBackUntil) }),
    secondsRemaining: secondsRemaining(record, now),
  });
}

function hostMessage(
  { experimentId, arms, holdBackUntil }: ExperimentRecord,
  { hostId, hostName, heldBack }: ExperimentHostRecord,
  host: HostRecord | undefined,
): MessageInitShape<typeof ExperimentHostSchema> {
  const running = (collectorId: string): string => {
    const collector = host?.collectors.find((candidate) => candidate.collectorId === collectorId);
    return collector === undefined || collector.state === CollectorState.STOPPED ? "" : collector.configDigest;
  };
  const digests = Object.keys(arms).map((variant) => [variant, running(collectorIdOf(experimentId, variant))] as const);
  return {
    hostId,
    hostName,
    runningDigests: Object.fromEntries(digests.filter(([, digest]) => digest !== "")),
    activeDigest: running(activeCollectorId),
    heldBack: heldBack && holdBackUntil !== null,
  };
}

function secondsRemaining(record: ExperimentRecord, now: Date): number {
  if (isOver(record.phase) || record.phase === "analyzing") return 0;
  const { spec } = record;
  // The deadline has the grace in which the last window arrives.
  if (record.measureTime !== null && record.phaseDeadline !== null) {
    return Math.max(0, Math.ceil((record.phaseDeadline.getTime() - now.getTime()) / 1000));
  }
  const plan = record.plan ?? makePlan({ profile: profileOf(spec), scopeAccepted: spec.scopeAccepted });
  return secondsUntilMeasured({ ...deadlineInputOf(record, now), plan });
}
