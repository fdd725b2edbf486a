import type { ChangeKind } from "@phoenix/gen/phoenix/controller/v1/change_service_pb.ts";

/** That something changed that no event tells of. */
export interface Notice {
  kind: ChangeKind;
  /** Its id; empty when any of its kind may have changed. */
  subjectId: string;
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
export function anyOf(kind: ChangeKind): Notice {
  return { kind, subjectId: "", labels: {}, deleted: false };
}
