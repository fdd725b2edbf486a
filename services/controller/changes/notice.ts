import type { SubjectKind } from "@phoenix/gen/phoenix/controller/v1/subject_pb.ts";

/** That something changed that no event tells of. */
export interface Notice {
  kind: SubjectKind;
  /** Its id; empty when any of its kind may have changed. */
  subjectId: string;
  /** Its name; empty where it has none. */
  name: string;
  /** Labels that all hosts concerned have. */
  labels: Readonly<Record<string, string>>;
  /** It is gone. */
  deleted: boolean;
}

/** Finds out what changed between two looks. */
export interface Look {
  /** What changed since the look before; the first one gives nothing. */
  look(): Promise<Notice[]>;
  /** Lets the next look be a first one. */
  forget(): void;
}

/** That any of a kind may have changed. */
export function anyOf(kind: SubjectKind): Notice {
  return { kind, subjectId: "", name: "", labels: {}, deleted: false };
}
