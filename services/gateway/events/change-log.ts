import { toBinary } from "@bufbuild/protobuf";
import { type Change, ChangeSchema } from "@phoenix/gen/phoenix/controller/v1/change_service_pb.ts";

/** A change and how long it is on the wire. */
export interface LoggedChange {
  change: Change;
  bytes: number;
}

/** Where a reader goes on. */
export interface Place {
  position: number;
  /** What changed without an event in between is not all here. */
  missed: boolean;
}

/** The changes of late. Readers keep a position, and nothing is kept for any of them. */
export interface ChangeLog {
  /** Cursor of the newest change. */
  readonly cursor: bigint;
  /** The position behind the newest change. */
  readonly end: number;
  /** Takes the next changes, after which all up to `cursor` is known. */
  append(changes: readonly Change[], cursor: bigint): void;
  /** Forgets everything: what came before `cursor` is not known. */
  restart(cursor: bigint): void;
  /** The changes from a position on; undefined when some of them are forgotten. */
  from(position: number): readonly LoggedChange[] | undefined;
  /** Where a reader that knows all up to a cursor goes on; undefined when events that follow it are not here. */
  placeBehind(cursor: bigint): Place | undefined;
}

/** True for what is stored and told once; the rest says that something changed, and may be told again. */
export function isEvent({ experimentEvent, deploymentEvent }: Change): boolean {
  return experimentEvent !== undefined || deploymentEvent !== undefined;
}

/** Creates an empty log that keeps so many changes, and bytes of them, at most. */
export function createChangeLog(limits: { maxKept: number; maxKeptBytes: number }): ChangeLog {
  let kept: LoggedChange[] = [];
  let first = 0;
  let bytes = 0;
  // All changes behind this cursor are here.
  let since = 0n;
  let cursor = 0n;

  const trim = (): void => {
    let dropped = 0;
    while (kept.length - dropped > limits.maxKept || bytes > limits.maxKeptBytes) {
      const oldest = kept[dropped];
      if (oldest === undefined) break;
      bytes -= oldest.bytes;
      since = oldest.change.cursor;
      dropped += 1;
    }
    kept = kept.slice(dropped);
    first += dropped;
  };

  return {
    get cursor() {
      return cursor;
    },
    get end() {
      return first + kept.length;
    },
    append(changes, newest) {
      for (const change of changes) {
        const size = toBinary(ChangeSchema, change).length;
        kept.push({ change, bytes: size });
        bytes += size;
      }
      cursor = newest;
      trim();
    },
    restart(newest) {
      // A position that anyone has is one that is gone.
      first += kept.length + 1;
      kept = [];
      bytes = 0;
      since = newest;
      cursor = newest;
    },
    from: (position) => (position < first ? undefined : kept.slice(position - first)),
    placeBehind(known) {
      if (known < since || known > cursor) return undefined;
      const next = kept.findIndex(({ change }) => (isEvent(change) ? change.cursor > known : change.cursor >= known));
      // What has no event shares the cursor of the newest event before it, and some of that was before the log.
      return { position: first + (next === -1 ? kept.length : next), missed: known === since };
    },
  };
}
