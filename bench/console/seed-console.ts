import type { Database } from "@phoenix/platform/database";
import { seedExperiments, seedHosts } from "../api/seed.ts";

/** How much the console is to show. */
export const shown = { hosts: 1_000, experiments: 200 } as const;

/** The experiment under way: windows of each arm that were measured, and points of the one chart of its interval. */
export const long = { experimentId: "long", windows: 5_000, points: 10_000 } as const;

/** Estimate and both ends of its interval. */
const linesOfInterval = 3;
const blocks = Math.ceil(long.points / linesOfInterval);
const windowSeconds = 60;

const mixStates = `
  update agent_status set state = 'lost' where right(host_id, 1) in ('3', '7')`;

const pastVerdict = `'[{"variant": "candidate", "decision": "DECISION_PROMOTE", "reason": "seeded", "blocks": 12, "hosts": 8,
  "primary": {"kpi": "KPI_ACTIVE_SERIES", "reduction": {"estimate": 0.62, "low": 0.58, "high": 0.66}}}]'`;

// Another replica's, so that this one's reconciler leaves it as it is.
const underWay = `
  insert into experiments (experiment_id, name, spec, phase, phase_reason, phase_deadline, plan, arms, verdicts,
    create_time, start_time, measure_time, target_hosts, lease_holder, lease_until)
  select $1, 'a long experiment', spec, 'running', 'seeded', now() + interval '7 days',
    jsonb_build_object('windowSeconds', $2::integer, 'blockWindows', 2, 'minimumBlocks', 8, 'maximumBlocks', 5000,
      'alpha', 0.05, 'g', 1.3, 'minimumReductionRatio', 0.2, 'overheadMarginRatio', 0.1),
    '{}', '[]', now() - interval '5 days', now() - interval '5 days',
    date_trunc('minute', now()) - $3::integer * $2::integer * interval '1 second', target_hosts, 'bench', now() + interval '1 day'
  from experiments where experiment_id = $4`;

// Hills with a peak now and then, so that a line that leaves out extremes can be told from one that does not.
const level = `(case variant when 'baseline' then 4000 else 1500 end
  * (1 + 0.1 * sin(n / 40.0) + 0.05 * sin(n * 1.7) + case when n % 97 = 0 then 0.4 else 0 end))`;

const windows = `
  insert into metrics_cache (experiment_id, variant, window_start, hosts, window_seconds, active_series, data_points,
    otlp_bytes, metric_names, collector_cpu, cpu_hosts, collector_rss, sketches)
  select $1, variant, measure_time + n * $2::integer * interval '1 second', 8, $2, ${level}, ${level} / 60,
    ${level} * 124 / 60, 88, 0.08, 8, 720000000, 8
  from experiments, generate_series($3::integer, $4::integer) n, (values ('baseline'), ('candidate')) as arm (variant)
  where experiment_id = $1`;

const plan = `
  insert into analysis_plans (experiment_id, plan, candidate_variants)
  select experiment_id, plan, '{candidate}' from experiments where experiment_id = $1`;

// A step for each block; the interval narrows as the root of their number grows.
const summary = `
  insert into metrics_summaries (experiment_id, variant, decision, reason, blocks, verdict, analyzed_at)
  select $1::text, 'candidate', 'continue', 'seeded', $2::integer, jsonb_build_object('experimentId', $1::text,
    'variant', 'candidate', 'decision', 'DECISION_CONTINUE', 'reason', 'seeded', 'blocks', $2::integer, 'hosts', 8,
    'steps', jsonb_agg(jsonb_build_object('blocks', n, 'reduction', jsonb_build_object(
      'estimate', estimate, 'low', estimate - 0.9 / sqrt(n), 'high', estimate + 0.4 / sqrt(n))) order by n)), now()
  from (select n, 0.62 + 0.02 * sin(n / 30.0) + 0.004 * sin(n * 1.7) as estimate
    from generate_series(1, $2::integer) n) as step
  on conflict (experiment_id, variant) do update
    set verdict = excluded.verdict, blocks = excluded.blocks, analyzed_at = excluded.analyzed_at,
      revision = metrics_summaries.revision + 1`;

/** Fills the database with what a console shows after long use; `makePattern` makes an experiment through the API and gives its id. */
export async function seedConsole(db: Database, makePattern: () => Promise<string>): Promise<void> {
  await seedHosts(db, shown);
  const pattern = await makePattern();
  await db.query(mixStates);
  // The pattern and the one under way count.
  await seedExperiments(db, pattern, { hosts: shown.hosts, experiments: shown.experiments - 2 });
  await db.query(`update experiments set verdicts = ${pastVerdict} where phase = 'completed'`);
  await db.query(underWay, [long.experimentId, windowSeconds, long.windows, pattern]);
  await db.query(plan, [long.experimentId]);
  await db.query(windows, [long.experimentId, windowSeconds, 0, long.windows - 1]);
  await db.query(summary, [long.experimentId, blocks]);
  await db.query("analyze");
}

/** Stores another window and another block of the experiment under way, the `nth`, and says that it changed, as the services do. */
export async function addWindow(db: Database, nth: number): Promise<void> {
  await db.query(windows, [long.experimentId, windowSeconds, long.windows + nth, long.windows + nth]);
  await db.query(summary, [long.experimentId, blocks + nth + 1]);
  await db.query("update experiments set revision = revision + 1 where experiment_id = $1", [long.experimentId]);
}
