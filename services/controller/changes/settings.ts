/** The times, in milliseconds, and limits of telling changes. */
export type ChangeSettings = Readonly<{
  /** Longest time until a change is seen when no notice of the database arrives. */
  pollIntervalMs: number;
  /** Notices of the database that come within this time make one look. */
  debounceMs: number;
  /** A stream says something at least this often. */
  heartbeatMs: number;
  /** Events read at a time. */
  pageSize: number;
  /** A reader that is further behind is told to read everything anew. */
  maxReplay: number;
  /** Notices of one kind that may wait for a reader; more are told as "any of them". */
  maxNotices: number;
  /** Largest answer, in bytes, beyond its first change; an answer may have 4 MiB. */
  maxAnswerBytes: number;
}>;

/** What a controller uses where nothing else was chosen. */
export const changeDefaults: ChangeSettings = Object.freeze({
  pollIntervalMs: 1_000,
  debounceMs: 50,
  heartbeatMs: 5_000,
  pageSize: 200,
  maxReplay: 5_000,
  maxNotices: 500,
  maxAnswerBytes: 1024 * 1024,
});
