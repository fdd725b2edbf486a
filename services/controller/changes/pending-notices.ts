import type { SubjectKind } from "@phoenix/gen/phoenix/controller/v1/subject_pb.ts";
import { anyOf, type Notice } from "./notice.ts";

/** Notices that wait for a reader: the newest of each thing, and no more than so many of a kind. */
export interface PendingNotices {
  add(notices: readonly Notice[]): void;
  /** True when something waits. */
  any(): boolean;
  /** Gives what waits, and forgets it. */
  take(): Notice[];
}

/** Creates an empty store; of a kind with more than `most` things waiting, one notice says that any may have changed. */
export function createPendingNotices(most: number): PendingNotices {
  const kinds = new Map<SubjectKind, Map<string, Notice>>();
  return {
    add(notices) {
      for (const notice of notices) {
        const waiting = kinds.get(notice.kind) ?? new Map<string, Notice>();
        kinds.set(notice.kind, waiting);
        if (waiting.has("")) continue;
        waiting.set(notice.subjectId, notice);
        if (notice.subjectId !== "" && waiting.size <= most) continue;
        waiting.clear();
        waiting.set("", anyOf(notice.kind));
      }
    },
    any: () => kinds.size > 0,
    take() {
      const taken = [...kinds.values()].flatMap((waiting) => [...waiting.values()]);
      kinds.clear();
      return taken;
    },
  };
}
