import { randomBytes } from "node:crypto";
import type { LoadProfile } from "@phoenix/gen/phoenix/load/v1/load_profile_pb.ts";
import type { Tx } from "@phoenix/platform/database";
import { enqueueTasks } from "../tasks/index.ts";
import { insertLoadSimulation } from "./load-store.ts";
import { startLoadTask } from "./load-tasks.ts";

/** The load to start. */
export interface LoadToStart {
  profile: LoadProfile;
  /** Processes at a time on each host; 0 for the profile's own number. */
  processes: number;
  seed: bigint;
  maxDurationMs: number;
  hosts: readonly { hostId: string; hostName: string }[];
  /** A host that does not begin within this time does not begin at all. */
  expiresInMs: number;
  now: Date;
}

/** Writes down a load of its own and gives the hosts their tasks; the answer is its id. @throws PhoenixError HOST_NOT_FOUND, HOST_DRAINING. */
export async function startLoad(tx: Tx, load: LoadToStart): Promise<string> {
  const loadSimulationId = newLoadSimulationId();
  const { expiresInMs, ...rest } = load;
  await insertLoadSimulation(tx, { ...rest, loadSimulationId, experimentId: null });
  await enqueueTasks(
    tx,
    load.hosts.map(({ hostId }) =>
      startLoadTask({ loadSimulationId, hostId, experimentId: null }, { ...rest, expiresInMs }),
    ),
  );
  return loadSimulationId;
}

function newLoadSimulationId(): string {
  return `load-${BigInt(`0x${randomBytes(8).toString("hex")}`)
    .toString(36)
    .padStart(13, "0")}`;
}
