import type { JsonValue } from "@bufbuild/protobuf";
import type { Database } from "@phoenix/platform/database";

/** A verdict on its way into the table. */
export interface NewSummary {
  readonly variant: string;
  /** `continue`, or one of the final decisions. */
  readonly decision: string;
  readonly reason: string;
  readonly blocks: number;
  /** The whole verdict as protobuf JSON. */
  readonly verdict: JsonValue;
  readonly analyzedAtMs: number;
}

/** The newest verdict on one candidate, as it is kept. */
export interface Summary {
  readonly variant: string;
  /** It is never replaced. */
  readonly final: boolean;
  /** Grows with each analysis that is kept. */
  readonly revision: string;
  readonly verdict: JsonValue;
}

/** What was asked of the evidence. */
export interface FixedPlan {
  readonly plan: JsonValue;
  readonly candidateVariants: readonly string[];
}

/** Keeps plans and verdicts. */
export interface SummaryStore {
  /** Fixes the plan of an experiment if none is, and gives the one that holds. */
  fixPlan(experimentId: string, plan: FixedPlan): Promise<FixedPlan>;
  /** Keeps verdicts and tells watchers. One whose candidate has a final verdict already is left out. */
  save(experimentId: string, summaries: readonly NewSummary[]): Promise<void>;
  /** The newest verdicts by candidate, and whether each candidate has a final one. */
  read(experimentId: string): Promise<{ summaries: Summary[]; over: boolean }>;
  /** Calls back when verdicts of an experiment may be new, until the function it gives is called. */
  listen(experimentId: string, onNews: () => void): Promise<() => Promise<void>>;
}

const channel = "phoenix_verdicts";

/** Makes the store of plans and verdicts over a database. */
export function createSummaryStore(db: Database): SummaryStore {
  return {
    async fixPlan(experimentId, { plan, candidateVariants }) {
      await db.query(
        `INSERT INTO analysis_plans (experiment_id, plan, candidate_variants) VALUES ($1, $2, $3)
         ON CONFLICT (experiment_id) DO NOTHING`,
        [experimentId, JSON.stringify(plan), candidateVariants],
      );
      const [fixed] = await db.query<FixedPlan>(
        `SELECT plan, candidate_variants AS "candidateVariants" FROM analysis_plans WHERE experiment_id = $1`,
        [experimentId],
      );
      return fixed ?? { plan, candidateVariants };
    },

    async save(experimentId, summaries) {
      await db.transaction(async (tx) => {
        for (const { variant, decision, reason, blocks, verdict, analyzedAtMs } of summaries) {
          await tx.query(
            `INSERT INTO metrics_summaries AS kept
               (experiment_id, variant, decision, reason, blocks, verdict, analyzed_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (experiment_id, variant) DO UPDATE SET decision = excluded.decision, reason = excluded.reason,
               blocks = excluded.blocks, verdict = excluded.verdict, analyzed_at = excluded.analyzed_at,
               revision = kept.revision + 1
             WHERE NOT kept.final`,
            [experimentId, variant, decision, reason, blocks, JSON.stringify(verdict), new Date(analyzedAtMs)],
          );
        }
        await tx.query("SELECT pg_notify($1, $2)", [channel, experimentId]);
      });
    },

    async read(experimentId) {
      const summaries = await db.query<Summary>(
        "SELECT variant, final, revision, verdict FROM metrics_summaries WHERE experiment_id = $1 ORDER BY variant",
        [experimentId],
      );
      const [plan] = await db.query<{ variants: string[] }>(
        "SELECT candidate_variants AS variants FROM analysis_plans WHERE experiment_id = $1",
        [experimentId],
      );
      const isOver = (variant: string): boolean =>
        summaries.some((summary) => summary.variant === variant && summary.final);
      return { summaries, over: plan?.variants.every(isOver) ?? false };
    },

    listen: (experimentId, onNews) =>
      db.listen(channel, (payload) => {
        // Empty after a lost connection: some news may have been missed.
        if (payload === "" || payload === experimentId) onNews();
      }),
  };
}
