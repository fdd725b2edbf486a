import type { Database } from "@phoenix/platform/database";

/** How much is in the database. */
export type Seed = { hosts: number; experiments: number };

/** Hosts of one experiment, and tasks of one host. */
const hostsPerExperiment = 8;
const tasksPerHost = 20;

/** What the experiments are that are seeded: one is made of it through the API, as the pattern of the others. */
export const patternSpec = {
  hosts: { hosts: Array.from({ length: hostsPerExperiment }, (_, index) => `web-${index + 1}`) },
  arms: [
    { variant: "baseline", pipeline: { name: "process-baseline-v1" } },
    { variant: "candidate", pipeline: { name: "process-priority-filter-v1" } },
  ],
  mustKeep: ["postgres", "nginx", "payment-api"],
};

const hosts = `
  insert into hosts (host_id, host_name, labels)
  select 'host-' || n, 'web-' || n, jsonb_build_object('role', 'web', 'zone', 'z' || n % 3) from generate_series(1, $1) n`;

const status = `
  insert into agent_status (host_id, state, session, last_seen_at, facts, collectors)
  select 'host-' || n, 'departed', 3, now(),
    jsonb_build_object('hostName', 'web-' || n, 'os', 'linux', 'arch', 'x64', 'cpuCount', 4, 'memoryBytes', '8589934592'),
    jsonb_build_array(jsonb_build_object('collectorId', 'active', 'state', 'COLLECTOR_STATE_HEALTHY',
      'configDigest', repeat('a', 64), 'pipeline', 'process-baseline-v1', 'pid', 4242))
  from generate_series(1, $1) n`;

const tasks = `
  insert into agent_tasks (task_id, host_id, kind, action, subject, max_attempts, payload, state, attempt,
    lease_token, assigned_at, assigned_session, ended_at)
  select 'task-' || n, 'host-' || 1 + n % $1, 'collector', 'start', 'active', 5, '{}', 'completed', 1, n, now(), 1, now()
  from generate_series(1, $1::integer * $2::integer) n`;

// The specification of one made through the API, under the ids and names of many.
const experiments = `
  insert into experiments (experiment_id, name, spec, phase, phase_reason, plan, arms, verdicts, create_time, start_time,
    measure_time, end_time, outcome, target_hosts)
  select 'past-' || n, 'past experiment ' || n, e.spec,
    case when n % 10 = 0 then 'cancelled' else 'completed' end, 'seeded', '{}', '{}',
    case when n % 10 = 0 then '[]' else '[{"candidate": "candidate", "reason": "seeded"}]' end::jsonb,
    now() - n * interval '1 minute', now() - n * interval '1 minute', now(), now(),
    case when n % 10 = 0 then null else 'kept' end, e.target_hosts
  from experiments e, generate_series(1, $2) n where e.experiment_id = $1`;

const experimentHosts = `
  insert into experiment_hosts (experiment_id, host_id, host_name, engaged)
  select 'past-' || n, 'host-' || 1 + (n + h) % $1, 'web-' || 1 + (n + h) % $1, false
  from generate_series(1, $2) n, generate_series(1, $3) h`;

// With their cursors, which a server gave them long ago.
const events = `
  with told as (update change_cursor set newest = newest + 10 * $1::bigint returning newest - 10 * $1::bigint as before)
  insert into experiment_events (experiment_id, sequence, event_time, type, actor, message, phase, cursor)
  select 'past-' || n, s, now(), 1, 'system', 'seeded', 'completed', before + 10 * (n - 1) + s
  from told, generate_series(1, $1::integer) n, generate_series(1, 10) s`;

/** Fills the database with hosts and their tasks by SQL, as use over a long time would. */
export async function seedHosts(db: Database, seed: Seed): Promise<void> {
  await db.query(hosts, [seed.hosts]);
  await db.query(status, [seed.hosts]);
  await db.query(tasks, [seed.hosts, tasksPerHost]);
}

/** Fills it with experiments that are over; `pattern` is one made through the API. */
export async function seedExperiments(db: Database, pattern: string, seed: Seed): Promise<void> {
  await db.query(experiments, [pattern, seed.experiments]);
  await db.query(experimentHosts, [seed.hosts, seed.experiments, hostsPerExperiment]);
  await db.query(events, [seed.experiments]);
  await db.query("analyze");
}
