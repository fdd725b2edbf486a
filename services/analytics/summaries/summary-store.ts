import type { JsonValue } from "@bufbuild/protobuf";
import type { Database } from "@phoenix/platform/database";
import type { Evidence } from "./evidence.ts";

/** A verdict on its way into the table. */
export interface NewSummary {
  readonly variant: string;
  /** `continue`, or one of the final decisions. */
  readonly decision: string;
  readonly reason: string;
  readonly blocks: number;
  /** The whole verdict as protobuf JSON. */
  readonly verdict: JsonValue;
  readonly evidence: Evidence;
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
  /** Null for a verdict of a version that did not keep it. */
  readonly evidence: Evidence | null;
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
  /** The plan (null before the first analysis), the newest verdicts by candidate, and whether each candidate has a final one. */
  read(experimentId: string): Promise<{ plan: FixedPlan | null; summaries: Summary[]; over: boolean }>;
  /** Calls back when verdicts of an experiment may be new, until the function it gives is called. */
  listen(experimentId: string, onNews: () => void): Promise<() => Promise<void>>;
}

const channel = "phoenix_verdicts";

/** Makes the store of plans and verdicts over a database. */
export function createSummaryStore(db: Database): SummaryStore {
  const readPlan = async (experimentId: string): Promise<FixedPlan | null> => {
    const [fixed] = await db.query<FixedPlan>(
      `SELECT plan, candidate_variants AS "candidateVariants" FROM analysis_plans WHERE experiment_id = $1`,
      [experimentId],
    );
    return fixed ?? null;
  };
  return {
    async fixPlan(experimentId, { plan, candidateVariants }) {
      await db.query(
        `INSERT INTO analysis_plans (experiment_id, plan, candidate_variants) VALUES ($1, $2, $3)
         ON CONFLICT (experiment_id) DO NOTHING`,
        [experimentId, JSON.stringify(plan), candidateVariants],
      );
      return (await readPlan(experimentId)) ?? { plan, candidateVariants };
    },

    async save(experimentId, summaries) {
      await db.transaction(async (tx) => {
        for (const { variant, decision, reason, blocks, verdict, evidence, analyzedAtMs } of summaries) {
          await tx.query(
            `INSERT INTO metrics_summaries AS kept
               (experiment_id, variant, decision, reason, blocks, verdict, evidence, analyzed_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (experiment_id, variant) DO UPDATE SET decision = excluded.decision, reason = excluded.reason,
               blocks = excluded.blocks, verdict = excluded.verdict, evidence = excluded.evidence,
               analyzed_at = excluded.analyzed_at, revision = kept.revision + 1
             WHERE NOT kept.final`,
            [
              experimentId,
              variant,
              decision,
              reason,
              blocks,
              JSON.stringify(verdict),
              JSON.stringify(evidence),
              new Date(analyzedAtMs),
            ],
          );
        }
        await tx.query("SELECT pg_notify($1, $2)", [channel, experimentId]);
      });
    },

    async read(experimentId) {
      const summaries = await db.query<Summary>(
        "SELECT variant, final, revision, verdict, evidence FROM metrics_summaries WHERE experiment_id = $1 ORDER BY variant",
        [experimentId],
      );
      const plan = await readPlan(experimentId);
      const isOver = (variant: string): boolean =>
        summaries.some((summary) => summary.variant === variant && summary.final);
      return { plan, summaries, over: plan?.candidateVariants.every(isOver) ?? false };
    },

    listen: (experimentId, onNews) =>
      db.listen(channel, (payload) => {
        // Empty after a lost connection: some news may have been missed.
        if (payload === "" || payload === experimentId) onNews();
      }),
  };
}
