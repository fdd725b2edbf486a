import type { LoggedChange } from "./change-log.ts";

/** Leaves of the changes of each thing the newest, in the order of those. */
export function coalesce(changes: readonly LoggedChange[]): LoggedChange[] {
  const newest = new Map<string, LoggedChange>();
  for (const logged of changes) {
    const { kind, subjectId } = logged.change;
    const key = `${kind}/${subjectId}`;
    // Taken out first, so that it moves to the end.
    newest.delete(key);
    newest.set(key, logged);
  }
  return [...newest.values()];
}

/** Cuts changes so that no part is larger than `maxBytes`, but for one change alone. */
export function* cutByBytes(changes: readonly LoggedChange[], maxBytes: number): Generator<LoggedChange[]> {
  let part: LoggedChange[] = [];
  let bytes = 0;
  for (const logged of changes) {
    if (part.length > 0 && bytes + logged.bytes > maxBytes) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(logged);
    bytes += logged.bytes;
  }
  if (part.length > 0) yield part;
}
