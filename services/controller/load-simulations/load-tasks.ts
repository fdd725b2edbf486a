import { create } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { LoadSimulationTaskSchema, TaskAction } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import type { LoadProfile } from "@phoenix/gen/phoenix/load/v1/load_profile_pb.ts";
import type { NewTask } from "../tasks/index.ts";

// Stops go first: what is to end must not wait behind what is to begin. Load
// goes before collectors, so that they see its processes from their first window on.
const priorities = { stop: 20, start: 10 } as const;

/** Tries of a start; more would only fill the time there is for it. */
const startTries = 3;
/** Tries of a stop in one round. */
const stopTries = 5;

/** What a task of a load is about. */
export interface LoadTaskSubject {
  loadSimulationId: string;
  hostId: string;
  /** The experiment it belongs to; null for none. */
  experimentId: string | null;
}

/** The task that puts load on a host; the load ends by itself even when nobody is left to stop it. */
export function startLoadTask(
  subject: LoadTaskSubject,
  load: { profile: LoadProfile; processes: number; seed: bigint; maxDurationMs: number; expiresInMs: number },
): NewTask {
  const { loadSimulationId } = subject;
  const { profile, processes, seed, maxDurationMs, expiresInMs } = load;
  return {
    ...common(subject),
    action: TaskAction.START,
    subject: {
      case: "loadSimulation",
      value: create(LoadSimulationTaskSchema, {
        loadSimulationId,
        profile: profile.name,
        processes,
        seed,
        maxDuration: durationFromMs(maxDurationMs),
        definition: profile,
      }),
    },
    priority: priorities.start,
    maxAttempts: startTries,
    expiresInMs,
    dedupeKey: `${loadSimulationId}/${subject.hostId}/start`,
  };
}

/** The task that stops a load; it never expires, so a host that was away is told when it is back. */
export function stopLoadTask(subject: LoadTaskSubject, round: number): NewTask {
  const { loadSimulationId } = subject;
  return {
    ...common(subject),
    action: TaskAction.STOP,
    subject: { case: "loadSimulation", value: create(LoadSimulationTaskSchema, { loadSimulationId }) },
    priority: priorities.stop,
    maxAttempts: stopTries,
    dedupeKey: `${loadSimulationId}/${subject.hostId}/stop/${round}`,
  };
}

function common({ loadSimulationId, hostId, experimentId }: LoadTaskSubject) {
  return {
    hostId,
    kind: "loadsim",
    subjectName: loadSimulationId,
    ...(experimentId === null ? {} : { experimentId }),
  } as const;
}
