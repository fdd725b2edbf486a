/** The times, in milliseconds, and limits of live events. */
export type EventSettings = Readonly<{
  /** A subscriber is told something at least this often. */
  heartbeatMs: number;
  /** Silence of the controller after which its stream is begun anew. */
  silenceMs: number;
  /** How long subscribers wait for a controller that is away. */
  patienceMs: number;
  /** How long the stream is kept without a subscriber. */
  lingerMs: number;
  /** Bounds of the wait before the controller is asked again. */
  retryBaseMs: number;
  retryMaxMs: number;
  /** Changes kept for those who read slowly or come again. */
  maxKept: number;
  /** Bytes of them. */
  maxKeptBytes: number;
  /** With more than this waiting, a subscriber is told the newest change of each thing alone. */
  maxBacklog: number;
  /** Largest answer, in bytes, beyond its first change. */
  maxAnswerBytes: number;
}>;

/** What a gateway uses where nothing else was chosen. */
export const eventDefaults: EventSettings = Object.freeze({
  heartbeatMs: 5_000,
  silenceMs: 20_000,
  patienceMs: 10_000,
  lingerMs: 30_000,
  retryBaseMs: 200,
  retryMaxMs: 3_000,
  maxKept: 10_000,
  maxKeptBytes: 32 * 1024 * 1024,
  maxBacklog: 500,
  maxAnswerBytes: 1024 * 1024,
});
