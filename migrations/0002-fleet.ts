import type { MigrationInterface, QueryRunner } from "typeorm";

const up = `
create table hosts (
  host_id text primary key check (length(host_id) between 1 and 64),
  host_name text not null unique check (length(host_name) between 1 and 253),
  labels jsonb not null default '{}' check (jsonb_typeof(labels) = 'object'),
  draining boolean not null default false,
  version bigint not null default 1,
  enrolled_at timestamptz not null default now(),
  changed_at timestamptz not null default clock_timestamp()
);

create table agent_status (
  host_id text primary key references hosts on delete cascade,
  state text not null default 'enrolled' check (state in ('enrolled', 'online', 'lost', 'departed')),
  session bigint not null default 0 check (session >= 0),
  facts jsonb not null,
  collectors jsonb not null default '[]' check (jsonb_typeof(collectors) = 'array'),
  agent_cpu_ratio double precision not null default 0,
  agent_rss_bytes bigint not null default 0 check (agent_rss_bytes >= 0),
  last_seen_at timestamptz,
  changed_at timestamptz not null default clock_timestamp(),
  check ((state = 'enrolled') = (last_seen_at is null)),
  check (state = 'enrolled' or session > 0)
) with (fillfactor = 50);

create table enrollment_tokens (
  token_id text primary key,
  secret_hash bytea not null unique check (length(secret_hash) = 32),
  uses_left integer not null check (uses_left >= 0),
  labels jsonb not null default '{}' check (jsonb_typeof(labels) = 'object'),
  created_at timestamptz not null default now(),
  expire_at timestamptz not null check (expire_at > created_at),
  revoked_at timestamptz,
  token_seq bigint generated always as identity unique
);

create table agent_credentials (
  secret_hash bytea primary key check (length(secret_hash) = 32),
  host_id text not null references hosts on delete cascade,
  issued_at timestamptz not null default now(),
  expire_at timestamptz not null check (expire_at > issued_at),
  first_used_at timestamptz
);
create index agent_credentials_host on agent_credentials (host_id);

create sequence agent_task_lease_tokens;

-- The hot table. Its indices cover only what never changes while a task is
-- open, so every step of an open task is a heap-only update.
create table agent_tasks (
  task_id text primary key,
  task_seq bigint generated always as identity,
  host_id text not null,
  experiment_id text,
  kind text not null check (kind in ('collector', 'loadsim', 'command')),
  action text not null check (action in ('start', 'stop', 'update', 'execute')),
  subject text not null check (length(subject) between 1 and 128),
  priority integer not null default 0,
  max_attempts integer not null check (max_attempts between 1 and 1000),
  dedupe_key text,
  created_at timestamptz not null default now(),
  expire_at timestamptz,
  state text not null default 'pending'
    check (state in ('pending', 'assigned', 'running', 'completed', 'failed', 'cancelled', 'expired')),
  attempt integer not null default 0,
  run_at timestamptz not null default now(),
  lease_token bigint,
  lease_until timestamptz,
  assigned_session bigint,
  assigned_at timestamptz,
  cancel_requested_at timestamptz,
  cancel_told boolean not null default false,
  ended_at timestamptz,
  message text not null default '',
  constraint agent_tasks_attempts check (attempt between 0 and max_attempts),
  constraint agent_tasks_ended check ((state in ('completed', 'failed', 'cancelled', 'expired')) = (ended_at is not null)),
  constraint agent_tasks_leased check ((state in ('assigned', 'running')) = (lease_until is not null)),
  constraint agent_tasks_fenced check (lease_until is null or lease_token is not null),
  constraint agent_tasks_begun check (state in ('pending', 'cancelled', 'expired') or attempt >= 1),
  constraint agent_tasks_assigned check ((attempt >= 1) = (assigned_at is not null and assigned_session is not null)),
  constraint agent_tasks_cancel check (cancel_requested_at is null or state <> 'pending'),
  constraint agent_tasks_told check (not cancel_told or cancel_requested_at is not null)
) with (
  fillfactor = 60,
  autovacuum_vacuum_scale_factor = 0.02,
  autovacuum_vacuum_threshold = 200
);
create unique index agent_tasks_seq on agent_tasks (task_seq);
create unique index agent_tasks_dedupe on agent_tasks (dedupe_key) where dedupe_key is not null;
create index agent_tasks_open on agent_tasks (host_id, priority desc, task_seq) where ended_at is null;
create index agent_tasks_experiment on agent_tasks (experiment_id, task_seq) where experiment_id is not null;

-- What to do, apart from the hot row because it is larger and never changes.
create table agent_task_payloads (
  task_id text primary key references agent_tasks on delete cascade,
  payload jsonb not null check (jsonb_typeof(payload) = 'object')
);

-- One row for each try that is over.
create table agent_task_attempts (
  task_id text not null references agent_tasks on delete cascade,
  attempt integer not null check (attempt >= 1),
  lease_token bigint not null,
  session bigint not null,
  outcome text not null check (outcome in ('completed', 'failed', 'cancelled', 'lapsed', 'undelivered')),
  message text not null default '',
  assigned_at timestamptz not null,
  ended_at timestamptz not null default clock_timestamp(),
  primary key (task_id, attempt)
);

create table active_pipelines (
  host_id text primary key references hosts on delete cascade,
  pipeline text not null check (length(pipeline) between 1 and 128),
  config_digest text not null check (config_digest ~ '^[0-9a-f]{64}$'),
  experiment_id text,
  updated_at timestamptz not null default now()
);

create table config_quarantine (
  config_digest text primary key check (config_digest ~ '^[0-9a-f]{64}$'),
  reason text not null,
  created_at timestamptz not null default now()
);

comment on table hosts is 'Enrolled hosts, as users change them. Owner: controller';
comment on table agent_status is 'What the agent of each host said last. Owner: controller';
comment on table enrollment_tokens is 'Tokens that enrol hosts, hashed. Owner: controller';
comment on table agent_credentials is 'Credentials of agents, hashed. Owner: controller';
comment on table agent_tasks is 'Work for agents. Owner: controller';
comment on table agent_task_payloads is 'What each task is to do. Owner: controller';
comment on table agent_task_attempts is 'How each try of a task ended. Owner: controller';
comment on table active_pipelines is 'What each host is to run outside experiments. Owner: controller';
comment on table config_quarantine is 'Configurations that were rolled back or failed, not offered again. Owner: controller';
`;

const down = `
drop table config_quarantine;
drop table active_pipelines;
drop table agent_task_attempts;
drop table agent_task_payloads;
drop table agent_tasks;
drop sequence agent_task_lease_tokens;
drop table agent_credentials;
drop table enrollment_tokens;
drop table agent_status;
drop table hosts;
`;

/** Hosts, their enrolment, their status and their tasks; owned by the controller. */
export class Fleet1700000000002 implements MigrationInterface {
  readonly name = "Fleet1700000000002";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down);
  }
}
