import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { durationFromMs, timestampFromDate } from "@bufbuild/protobuf/wkt";
import {
  type LoadHostSchema,
  type LoadSimulation,
  LoadSimulationSchema,
  LoadState,
} from "@phoenix/gen/phoenix/controller/v1/load_simulation_service_pb.ts";
import { type LoadProfile, LoadProfileSchema } from "@phoenix/gen/phoenix/load/v1/load_profile_pb.ts";
import {
  endTimeOfLoad,
  type LoadHostRecord,
  type LoadHostState,
  type LoadSimulationRecord,
  stateOfLoad,
} from "../load-simulations/index.ts";

const states = {
  starting: LoadState.STARTING,
  running: LoadState.RUNNING,
  stopping: LoadState.STOPPING,
  stopped: LoadState.STOPPED,
  failed: LoadState.FAILED,
  stop_failed: LoadState.FAILED,
} as const satisfies Record<LoadHostState, LoadState>;

/** A load simulation as users see it; lists leave out its hosts and the roles of its profile. */
export function loadMessage(load: LoadSimulationRecord, withHosts = true): LoadSimulation {
  const endTime = endTimeOfLoad(load);
  return create(LoadSimulationSchema, {
    loadSimulationId: load.loadSimulationId,
    profile: withHosts ? load.profile : withoutRoles(load.profile),
    processes: load.processes === 0 ? load.profile.defaultProcesses : load.processes,
    seed: load.seed,
    maxDuration: durationFromMs(load.maxDurationMs),
    state: states[stateOfLoad(load)],
    hosts: withHosts ? load.hosts.map(hostMessage) : [],
    experimentId: load.experimentId ?? "",
    createTime: timestampFromDate(load.createTime),
    ...(endTime === undefined ? {} : { endTime: timestampFromDate(endTime) }),
  });
}

/** A profile of one's own may have hundreds of roles, too many for each entry of a list. */
export function withoutRoles(profile: LoadProfile): LoadProfile {
  return create(LoadProfileSchema, { ...profile, anchors: [], others: [], shortLived: [] });
}

function hostMessage(host: LoadHostRecord): MessageInitShape<typeof LoadHostSchema> {
  const said = host.state === "running" || host.state === "starting" ? host.detail : "";
  return {
    hostId: host.hostId,
    hostName: host.hostName,
    state: states[host.state],
    message: [host.message, said].filter((words) => words !== "").join("; "),
    processes: host.processes,
    spawned: host.spawned,
    ...(host.reportTime === null ? {} : { reportTime: timestampFromDate(host.reportTime) }),
  };
}
