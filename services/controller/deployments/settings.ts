/** How the controller runs deployments; all lengths in milliseconds. */
export interface DeploymentSettings {
  /** Time between two looks at the deployments when no notice comes. */
  reconcileIntervalMs: number;
  /** How long a replica that died keeps its deployments from the others. */
  leaseMs: number;
  /** Time between two looks of a watcher when no notice comes. */
  watchPollIntervalMs: number;
  /** A host that is lost this soon after it was told was lost by it. */
  disconnectedWithinMs: number;
  /** After a start of this replica hosts get this long to come back before they count as lost. */
  returnGraceMs: number;
  /** A host that runs something else this long after it was told runs the wrong thing, and is not waited for. */
  wrongDigestAfterMs: number;
  /** What a host said of its collector may be this much older than what it said of its task. */
  statusGraceMs: number;
  /** A host that said nothing for this long is stale. */
  staleAfterMs: number;
  /** Figures of a collector are of its own once it has run for this long. */
  figuresAfterMs: number;
  /** Figures older than this are not shown and not judged. */
  figuresFreshMs: number;
  /** Least time between two repairs of a host that nobody asked for; doubled with each one that did not help. */
  repairIntervalMs: number;
}

/** What holds where nothing else is said. */
export const deploymentDefaults: Readonly<DeploymentSettings> = Object.freeze({
  reconcileIntervalMs: 1_000,
  leaseMs: 10_000,
  watchPollIntervalMs: 1_000,
  disconnectedWithinMs: 5 * 60_000,
  returnGraceMs: 30_000,
  wrongDigestAfterMs: 10 * 60_000,
  statusGraceMs: 10_000,
  staleAfterMs: 60_000,
  figuresAfterMs: 60_000,
  figuresFreshMs: 5 * 60_000,
  repairIntervalMs: 30_000,
});
