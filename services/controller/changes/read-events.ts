import { create, toBinary } from "@bufbuild/protobuf";
import { type Change, ChangeKind, ChangeSchema } from "@phoenix/gen/phoenix/controller/v1/change_service_pb.ts";
import type { Queryable } from "@phoenix/platform/database";
import { readDeploymentEventsByCursor } from "../deployments/index.ts";
import { readEventsByCursor } from "../events/index.ts";
import { readSubjects } from "./subjects.ts";

/** A page of stored changes. */
export interface EventPage {
  /** In the order of their cursors. */
  changes: Change[];
  /** All up to this cursor were read. */
  through: bigint;
}

/** Reads the next stored changes behind a cursor; `upTo` is a cursor that was seen, so that all before it can be. */
export async function readEventPage(
  q: Queryable,
  range: { after: bigint; upTo: bigint; limit: number },
): Promise<EventPage> {
  const ofExperiments = await readEventsByCursor(q, range);
  const ofDeployments = await readDeploymentEventsByCursor(q, range);
  const experiments = await readSubjects(q, ChangeKind.EXPERIMENT, idsOf(ofExperiments, "experimentId"));
  const deployments = await readSubjects(q, ChangeKind.DEPLOYMENT, idsOf(ofDeployments, "deploymentId"));
  const changes = [
    ...ofExperiments.map(({ cursor, event }) =>
      create(ChangeSchema, {
        ...{ cursor, kind: ChangeKind.EXPERIMENT, subjectId: event.experimentId, experimentEvent: event },
        ...(event.time === undefined ? {} : { time: event.time }),
        ...experiments.get(event.experimentId),
      }),
    ),
    ...ofDeployments.map(({ cursor, event }) =>
      create(ChangeSchema, {
        ...{ cursor, kind: ChangeKind.DEPLOYMENT, subjectId: event.deploymentId, deploymentEvent: event },
        ...(event.time === undefined ? {} : { time: event.time }),
        ...deployments.get(event.deploymentId),
      }),
    ),
  ].toSorted((a, b) => Number(a.cursor - b.cursor));
  const page = changes.slice(0, range.limit);
  // What was cut off, or not read, begins right behind the last one.
  return { changes: page, through: changes.length < range.limit ? range.upTo : page.at(-1)!.cursor };
}

/** Cuts changes so that no part is larger than `maxBytes`, but for one change alone. */
export function* cutByBytes(changes: readonly Change[], maxBytes: number): Generator<Change[]> {
  let part: Change[] = [];
  let bytes = 0;
  for (const change of changes) {
    const size = toBinary(ChangeSchema, change).length;
    if (part.length > 0 && bytes + size > maxBytes) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(change);
    bytes += size;
  }
  if (part.length > 0) yield part;
}

function idsOf<K extends string>(told: readonly { event: { [key in K]: string } }[], key: K): string[] {
  return [...new Set(told.map(({ event }) => event[key]))];
}
