import type { MigrationInterface, QueryRunner } from "typeorm";

const up = `
CREATE TABLE experiments (
  experiment_id text PRIMARY KEY CHECK (experiment_id ~ '^[a-z0-9][a-z0-9-]{0,63}$'),
  ordinal bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 128),
  spec jsonb NOT NULL CHECK (jsonb_typeof(spec) = 'object'),
  deployment_mode text NOT NULL DEFAULT 'host' CHECK (deployment_mode IN ('host', 'kubernetes')),
  target_hosts text[] NOT NULL DEFAULT '{}',
  phase text NOT NULL DEFAULT 'pending'
    CHECK (phase IN ('pending', 'initializing', 'running', 'analyzing', 'completed', 'failed', 'cancelled')),
  phase_reason text NOT NULL,
  phase_deadline timestamptz,
  outcome text CHECK (outcome IN ('promoted', 'rolled_back', 'kept')),
  rollout text CHECK (rollout IN ('promoting', 'rolling_back')),
  hold_until timestamptz,
  promoted_variant text,
  promoted_digest text CHECK (promoted_digest ~ '^[0-9a-f]{64}$'),
  plan jsonb CHECK (jsonb_typeof(plan) = 'object'),
  arms jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(arms) = 'object'),
  verdicts jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(verdicts) = 'array'),
  analyzed_blocks integer NOT NULL DEFAULT 0 CHECK (analyzed_blocks >= 0),
  analysis_failures integer NOT NULL DEFAULT 0 CHECK (analysis_failures >= 0),
  analysis_retry_at timestamptz,
  create_time timestamptz NOT NULL,
  start_time timestamptz,
  measure_time timestamptz,
  end_time timestamptz,
  delete_time timestamptz,
  revision bigint NOT NULL DEFAULT 1 CHECK (revision > 0),
  last_event_sequence bigint NOT NULL DEFAULT 0 CHECK (last_event_sequence >= 0),
  lease_holder text,
  lease_until timestamptz,
  CONSTRAINT experiments_over CHECK ((phase IN ('completed', 'failed', 'cancelled')) = (end_time IS NOT NULL)),
  CONSTRAINT experiments_deadline CHECK ((phase IN ('completed', 'failed', 'cancelled')) = (phase_deadline IS NULL)),
  CONSTRAINT experiments_started CHECK (phase IN ('pending', 'cancelled') OR (plan IS NOT NULL AND start_time IS NOT NULL)),
  CONSTRAINT experiments_measured CHECK (phase NOT IN ('running', 'analyzing', 'completed') OR measure_time IS NOT NULL),
  CONSTRAINT experiments_judged CHECK (phase <> 'completed' OR jsonb_array_length(verdicts) > 0),
  CONSTRAINT experiments_decided CHECK (phase = 'completed' OR (outcome IS NULL AND rollout IS NULL AND hold_until IS NULL)),
  CONSTRAINT experiments_waiting CHECK (hold_until IS NULL OR (outcome IS NULL AND rollout IS NULL)),
  CONSTRAINT experiments_promoted CHECK (
    (promoted_variant IS NULL) = (promoted_digest IS NULL)
    AND (promoted_digest IS NOT NULL OR (rollout IS NULL AND coalesce(outcome, 'kept') = 'kept'))),
  CONSTRAINT experiments_deleted CHECK (
    delete_time IS NULL OR phase IN ('pending', 'completed', 'failed', 'cancelled')),
  CONSTRAINT experiments_leased CHECK ((lease_holder IS NULL) = (lease_until IS NULL))
) WITH (fillfactor = 70);
COMMENT ON TABLE experiments IS 'Experiments and all that is known of where they stand. Owner: controller';
COMMENT ON COLUMN experiments.ordinal IS 'Order in which they were written down; pages of lists go by it';
COMMENT ON COLUMN experiments.rollout IS 'A promotion or rollback that has not reached every host';
COMMENT ON COLUMN experiments.hold_until IS 'After a PROMOTE verdict: the arms run until then, for a decision';
COMMENT ON COLUMN experiments.arms IS 'By variant: pipeline version, digests by purpose, intervals';
COMMENT ON COLUMN experiments.delete_time IS 'Hidden since; events are kept for the record';

CREATE TABLE experiment_events (
  experiment_id text NOT NULL REFERENCES experiments,
  sequence bigint NOT NULL CHECK (sequence >= 1),
  event_time timestamptz NOT NULL,
  type smallint NOT NULL CHECK (type > 0),
  actor text NOT NULL CHECK (actor <> ''),
  message text NOT NULL CHECK (message <> ''),
  phase text NOT NULL,
  previous_phase text,
  host_id text,
  user_reason text NOT NULL DEFAULT '',
  verdicts jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(verdicts) = 'array'),
  PRIMARY KEY (experiment_id, sequence)
);
COMMENT ON TABLE experiment_events IS 'What happened to each experiment, in order, without gaps. Owner: controller';

CREATE TABLE experiment_hosts (
  experiment_id text NOT NULL REFERENCES experiments ON DELETE CASCADE,
  host_id text NOT NULL,
  host_name text NOT NULL,
  engaged boolean NOT NULL DEFAULT true,
  previous jsonb CHECK (previous IS NULL OR jsonb_typeof(previous) = 'object'),
  rollout_state text CHECK (rollout_state IN ('pending', 'applied', 'refused', 'done', 'failed')),
  rollout_task_id text,
  rollout_message text NOT NULL DEFAULT '',
  rollout_try integer NOT NULL DEFAULT 0 CHECK (rollout_try >= 0),
  PRIMARY KEY (experiment_id, host_id),
  CONSTRAINT experiment_hosts_rollout CHECK ((rollout_state IS NULL) = (rollout_task_id IS NULL))
);
COMMENT ON TABLE experiment_hosts IS 'The hosts of each experiment that was started. Owner: controller';
COMMENT ON COLUMN experiment_hosts.previous IS 'The active pipeline before the promotion; null for none';
COMMENT ON COLUMN experiment_hosts.rollout_state IS 'applied, refused: what the agent said; done, failed: acted on';
CREATE UNIQUE INDEX experiment_hosts_engaged ON experiment_hosts (host_id) WHERE engaged;

CREATE TABLE experiment_arms (
  experiment_id text NOT NULL,
  host_id text NOT NULL,
  variant text NOT NULL,
  config_digest text NOT NULL CHECK (config_digest ~ '^[0-9a-f]{64}$'),
  state text NOT NULL DEFAULT 'starting'
    CHECK (state IN ('starting', 'running', 'failed', 'stopping', 'stopped', 'stop_failed')),
  message text NOT NULL DEFAULT '',
  announced boolean NOT NULL DEFAULT true,
  stop_round integer NOT NULL DEFAULT 0 CHECK (stop_round >= 0),
  changed_at timestamptz NOT NULL DEFAULT now(),
  collector_state smallint NOT NULL DEFAULT 0,
  collector_restarts integer NOT NULL DEFAULT 0,
  PRIMARY KEY (experiment_id, host_id, variant),
  FOREIGN KEY (experiment_id, host_id) REFERENCES experiment_hosts ON DELETE CASCADE
);
COMMENT ON TABLE experiment_arms IS 'Each arm on each host, as its tasks left it. Owner: controller';
COMMENT ON COLUMN experiment_arms.announced IS 'False while its newest failure has no event';
CREATE INDEX experiment_arms_trouble ON experiment_arms (experiment_id)
  WHERE NOT announced OR state = 'stop_failed';

CREATE TABLE load_simulations (
  load_simulation_id text NOT NULL CHECK (load_simulation_id ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$'),
  host_id text NOT NULL,
  experiment_id text NOT NULL,
  profile text NOT NULL CHECK (profile <> ''),
  processes integer NOT NULL DEFAULT 0 CHECK (processes BETWEEN 0 AND 2000),
  seed numeric(20) NOT NULL DEFAULT 0 CHECK (seed >= 0),
  state text NOT NULL DEFAULT 'starting'
    CHECK (state IN ('starting', 'running', 'failed', 'stopping', 'stopped', 'stop_failed')),
  message text NOT NULL DEFAULT '',
  announced boolean NOT NULL DEFAULT true,
  stop_round integer NOT NULL DEFAULT 0 CHECK (stop_round >= 0),
  changed_at timestamptz NOT NULL DEFAULT now(),
  create_time timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (load_simulation_id, host_id),
  FOREIGN KEY (experiment_id, host_id) REFERENCES experiment_hosts ON DELETE CASCADE
);
COMMENT ON TABLE load_simulations IS 'Load on hosts for the time of an experiment. Owner: controller';
CREATE INDEX load_simulations_experiment ON load_simulations (experiment_id, host_id);
CREATE INDEX load_simulations_trouble ON load_simulations (experiment_id)
  WHERE NOT announced OR state = 'stop_failed';

CREATE INDEX experiments_under_way ON experiments (experiment_id)
  WHERE delete_time IS NULL
    AND (phase IN ('pending', 'initializing', 'running', 'analyzing') OR rollout IS NOT NULL OR hold_until IS NOT NULL);
`;

const down = `
DROP TABLE load_simulations;
DROP TABLE experiment_arms;
DROP TABLE experiment_hosts;
DROP TABLE experiment_events;
DROP TABLE experiments;
`;

/** Experiments, their events, hosts, arms and load; owned by the controller. */
export class Experiments1700000000006 implements MigrationInterface {
  readonly name = "Experiments1700000000006";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down);
  }
}
