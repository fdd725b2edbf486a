import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { type Host, HostSchema, HostState } from "@phoenix/gen/phoenix/controller/v1/fleet_pb.ts";
import type { HostRecord, HostState as StoredState } from "../fleet/index.ts";

const states = {
  online: HostState.ONLINE,
  lost: HostState.LOST,
  departed: HostState.DEPARTED,
  enrolled: HostState.ENROLLED,
} as const satisfies Record<StoredState, HostState>;

/** The stored name of a state; undefined for one this version does not know. */
export function storedHostState(state: HostState): StoredState | undefined {
  return (Object.keys(states) as StoredState[]).find((name) => states[name] === state);
}

/** A state as the contract names it. */
export function hostStateOf(state: StoredState): HostState {
  return states[state];
}

/** A host as the contract shows it. */
export function hostMessage(host: HostRecord): Host {
  const { active, facts, lastSeenAt } = host;
  return create(HostSchema, {
    hostId: host.hostId,
    state: hostStateOf(host.state),
    labels: host.labels,
    collectors: host.collectors,
    draining: host.draining,
    enrollTime: timestampFromDate(host.enrolledAt),
    session: host.session,
    etag: host.etag,
    agentCpuRatio: host.agentCpuRatio,
    agentRssBytes: host.agentRssBytes,
    ...(facts === null ? {} : { facts: { ...facts, hostName: host.hostName } }),
    ...(lastSeenAt === null ? {} : { lastSeenTime: timestampFromDate(lastSeenAt) }),
    ...(active === null
      ? {}
      : {
          activePipeline: {
            pipeline: active.pipeline,
            wantedDigest: active.configDigest,
            runningDigest: active.runningDigest,
            experimentId: active.experimentId ?? "",
            updateTime: timestampFromDate(active.updatedAt),
          },
        }),
  });
}
