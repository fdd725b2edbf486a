import { create, toBinary } from "@bufbuild/protobuf";
import { type Change, ChangeSchema } from "@phoenix/gen/phoenix/controller/v1/change_service_pb.ts";
import { SubjectKind } from "@phoenix/gen/phoenix/controller/v1/subject_pb.ts";
import type { Queryable } from "@phoenix/platform/database";
import { readDeploymentEventsByCursor } from "../deployments/index.ts";
import { readEventsByCursor } from "../events/index.ts";
import { readSubjects, type Subject } from "./subjects.ts";

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
  const experiments = await readSubjects(q, SubjectKind.EXPERIMENT, idsOf(ofExperiments, "experimentId"));
  const deployments = await readSubjects(q, SubjectKind.DEPLOYMENT, idsOf(ofDeployments, "deploymentId"));
  const changes = [
    ...ofExperiments.map(({ cursor, event }) =>
      create(ChangeSchema, {
        ...{ cursor, kind: SubjectKind.EXPERIMENT, subjectId: event.experimentId, experimentEvent: event },
        ...(event.time === undefined ? {} : { time: event.time }),
        ...told(experiments.get(event.experimentId)),
      }),
    ),
    ...ofDeployments.map(({ cursor, event }) =>
      create(ChangeSchema, {
        ...{ cursor, kind: SubjectKind.DEPLOYMENT, subjectId: event.deploymentId, deploymentEvent: event },
        ...(event.time === undefined ? {} : { time: event.time }),
        ...told(deployments.get(event.deploymentId)),
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

/** What a change says of its subject; nothing of one that is not there any more. */
function told(subject: Subject | undefined) {
  return subject === undefined ? {} : { subjectName: subject.name, labels: subject.labels, deleted: subject.deleted };
}

function idsOf<K extends string>(stored: readonly { event: { [key in K]: string } }[], key: K): string[] {
  return [...new Set(stored.map(({ event }) => event[key]))];
}
