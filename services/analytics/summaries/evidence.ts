/** What a verdict was asked about and stands on, beyond the verdict itself. Kept with it as JSON. */
export interface Evidence {
  readonly baselineVariant: string;
  readonly mustKeep: readonly string[];
  /** Hosts the experiment was planned with; empty where it took those that delivered. */
  readonly hostIds: readonly string[];
  /** Hosts with at least one window that was watched whole in both arms. */
  readonly watchedHostIds: readonly string[];
  /** Digest each arm ran; empty when unknown. */
  readonly baselineDigest: string;
  readonly candidateDigest: string;
  /** Start of the first and of the last window that was watched whole in both arms; null of none. */
  readonly firstWindowMs: number | null;
  readonly lastWindowMs: number | null;
  /** No must-keep process was missing for longer, or more often, than the plan allows. */
  readonly retentionHolds: boolean;
}
