/** How the controller runs experiments; all lengths in milliseconds. */
export interface ExperimentSettings {
  /** How long an experiment may wait to be started before it is called off. */
  pendingTimeoutMs: number;
  /** How long arms and load may take to start. */
  initializingTimeoutMs: number;
  /** How long the final analysis may take, tries included. */
  analyzingTimeoutMs: number;
  /** How long arms keep running after a PROMOTE verdict, for a decision. */
  decisionHoldMs: number;
  /** How long after the end of a window its observations may still be on their way. */
  deliveryGraceMs: number;
  /** Time between two looks at the experiments under way. */
  reconcileIntervalMs: number;
  /** How long a replica that died keeps its experiments from the others. */
  leaseMs: number;
  /** Time between two looks for new events when no notice comes. */
  eventPollIntervalMs: number;
  /** Time after which a stop that failed on a host is tried again. */
  stopRetryMs: number;
}

/** What holds where nothing else is said. */
export const experimentDefaults: Readonly<ExperimentSettings> = Object.freeze({
  pendingTimeoutMs: 30 * 24 * 3_600_000,
  initializingTimeoutMs: 120_000,
  analyzingTimeoutMs: 60_000,
  decisionHoldMs: 30 * 60_000,
  deliveryGraceMs: 1_500,
  reconcileIntervalMs: 1_000,
  leaseMs: 10_000,
  eventPollIntervalMs: 1_000,
  stopRetryMs: 30_000,
});
