import { fromJson } from "@bufbuild/protobuf";
import { readLoadProfile } from "@phoenix/catalog/load-profile";
import { type LoadProfile, LoadProfileSchema } from "@phoenix/gen/phoenix/load/v1/load_profile_pb.ts";
import type { Mark } from "../../../editor/index.tsx";

/** What stands for a load of one's own where profiles are named; no name of a profile has a colon. */
export const ownLoad = ":own";

/** A small load to begin with, as docs/load-profiles.md describes it. */
export const ownLoadTemplate = `name: mine
description: A few servers, and sessions that come and go.
default_processes: 20
cpu_ratio: 0.1
short_lived_ratio: 0.2
shortest_life: 5s
longest_life: 20s
anchors:
  - { name: postgres, cpu_weight: 4, memory: 2MiB }
  - { name: nginx, cpu_weight: 2 }
others: [worker, cron]
short_lived: [session]
`;

/** A load profile as someone wrote it, or what is wrong with it and where; the reader is the command's. */
export function readOwnLoad(text: string): { profile?: LoadProfile; marks: Mark[] } {
  const { definition, problems } = readLoadProfile(text);
  const marks = problems.map(({ path, message, line, column }): Mark => {
    return { severity: "error", line, column, message: path === "" ? message : `${path}: ${message}` };
  });
  return definition === undefined ? { marks } : { profile: fromJson(LoadProfileSchema, definition), marks };
}
