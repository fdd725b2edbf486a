/**
 * What the agent remembers of its tasks over its own death. Promises: a line is
 * on the disk before an effect begins and another after it ended; a torn last
 * line is dropped; a corrupt file is set aside, reported, and its readable lines
 * are kept; the file stays small (compaction at start and by size).
 *
 * journal: the file · journal-line: one line, checksummed · recollection: what
 * the lines say, pure. What to do with it is decided in tasks/.
 */
export { type Journal, type JournalOptions, openJournal } from "./journal.ts";
export type { AttemptEnd, AttemptRef, BegunAttempt, JournalEntry, TaskResult } from "./journal-entry.ts";
