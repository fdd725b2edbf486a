/** Something that runs until it is told to stop. */
export interface Service {
  /** Resolves when it works; rejects, with nothing left behind, when it cannot. */
  start(): Promise<void>;
  /** Resolves when nothing of it is left. Stopping twice, or before a start, is fine. */
  stop(): Promise<void>;
}
