import { durationMs } from "@bufbuild/protobuf/wkt";
import { type LoadSimulation, LoadState } from "@phoenix/gen/phoenix/controller/v1/load_simulation_service_pb.ts";
import type { LoadProfile } from "@phoenix/gen/phoenix/load/v1/load_profile_pb.ts";
import { enumWord, formatAge, formatCount, formatSeconds, formatTime } from "@phoenix/report/quantities";
import { renderFacts, renderTable } from "../output/table.ts";

/** The word for a state: "running". */
export function stateWord(state: LoadState): string {
  return enumWord(LoadState, state).toLowerCase();
}

/** True when nothing of a load is left, or nothing more will come of it. */
export function isOver({ state }: LoadSimulation): boolean {
  return state === LoadState.STOPPED || state === LoadState.FAILED;
}

/** A load simulation and how it stands on each of its hosts. */
export function describeLoad(load: LoadSimulation): string {
  const running = load.hosts.reduce((sum, { processes }) => sum + processes, 0);
  const facts = renderFacts([
    ["Id", load.loadSimulationId],
    ["Profile", load.profile?.name ?? ""],
    ["State", stateWord(load.state)],
    ["Experiment", load.experimentId],
    ["Processes", `${formatCount(load.processes)} on each host; ${formatCount(running)} run in all`],
    ["Seed", String(load.seed)],
    ["Lasts", load.maxDuration === undefined ? "" : formatSeconds(durationMs(load.maxDuration) / 1_000)],
    ["Begun", formatTime(load.createTime)],
    [isOver(load) ? "Ended" : "Ends", formatTime(load.endTime)],
  ]);
  const hosts = renderTable(
    ["host", "state", "processes", "begun so far", "reported", "message"],
    load.hosts.map((host) => [
      host.hostName || host.hostId,
      stateWord(host.state),
      formatCount(host.processes),
      formatCount(Number(host.spawned)),
      formatAge(host.reportTime),
      host.message,
    ]),
    "It has no hosts.",
  );
  return `${facts}\n\n${hosts}`;
}

/** Load simulations, a line each. */
export function loadTable(loads: readonly LoadSimulation[]): string {
  return renderTable(
    ["id", "profile", "state", "processes", "begun", "ends", "experiment"],
    loads.map((load) => [
      load.loadSimulationId,
      load.profile?.name ?? "",
      stateWord(load.state),
      formatCount(load.processes),
      formatTime(load.createTime),
      formatTime(load.endTime),
      load.experimentId,
    ]),
    "There is no load. Start some with `phoenix loadsim start --profile realistic --host <name>`.",
  );
}

/** Load profiles, a paragraph each. */
export function describeProfiles(profiles: readonly LoadProfile[]): string {
  return profiles
    .map((profile) => `${profile.name}\n${renderFacts(profileFacts(profile))}\n${profile.description}`)
    .join("\n\n");
}

function profileFacts(profile: LoadProfile): [string, string][] {
  const { chaos, spawnsPerSecond } = profile;
  return [
    [
      "Processes",
      `${formatCount(profile.defaultProcesses)}, at most ${formatCount(profile.maxProcesses)}${profile.uniqueNames ? ", each with a name of its own" : ""}`,
    ],
    ["CPU", profile.cpuRatio === 0 ? "" : `${profile.cpuRatio} of a core`],
    ["Begun", spawnsPerSecond === 0 ? "" : `${spawnsPerSecond} a second`],
    [
      "Chaos",
      chaos === undefined
        ? ""
        : `a minute: ${chaos.killsPerMinute} kills, ${chaos.cpuSpikesPerMinute} CPU and ${chaos.memorySpikesPerMinute} memory spikes`,
    ],
  ];
}
