import type { MigrationInterface, QueryRunner } from "typeorm";

const up = `
CREATE TABLE deployments (
  deployment_id text PRIMARY KEY CHECK (deployment_id ~ '^[a-z0-9][a-z0-9-]{0,63}$'),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 128),
  selector jsonb NOT NULL CHECK (jsonb_typeof(selector) = 'object'),
  strategy jsonb NOT NULL CHECK (jsonb_typeof(strategy) = 'object'),
  gates jsonb NOT NULL CHECK (jsonb_typeof(gates) = 'object'),
  repair_drift boolean NOT NULL DEFAULT false,
  wanted_version integer NOT NULL CHECK (wanted_version >= 1),
  target_version integer NOT NULL CHECK (target_version >= 0),
  state text NOT NULL CHECK (state IN
    ('rolling_out', 'paused', 'rolled_out', 'rolling_back', 'rolled_back', 'stopped', 'deleting')),
  state_reason text NOT NULL,
  step integer NOT NULL CHECK (step >= 0),
  steps integer NOT NULL CHECK (steps >= 0),
  settled_time timestamptz,
  create_time timestamptz NOT NULL,
  update_time timestamptz NOT NULL,
  delete_time timestamptz,
  revision bigint NOT NULL DEFAULT 1 CHECK (revision > 0),
  last_event_sequence bigint NOT NULL DEFAULT 0 CHECK (last_event_sequence >= 0),
  lease_holder text,
  lease_until timestamptz,
  CONSTRAINT deployments_step CHECK (step <= steps),
  CONSTRAINT deployments_step_under_way CHECK (state IN ('rolling_out', 'paused', 'stopped') OR step = 0),
  CONSTRAINT deployments_settled CHECK (settled_time IS NULL OR state IN ('rolling_out', 'paused')),
  CONSTRAINT deployments_target CHECK (
    target_version = wanted_version
    OR (target_version = 0 AND state IN ('rolling_back', 'rolled_back', 'deleting'))),
  CONSTRAINT deployments_deleted CHECK (delete_time IS NULL OR state = 'deleting'),
  CONSTRAINT deployments_leased CHECK ((lease_holder IS NULL) = (lease_until IS NULL))
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX deployments_name ON deployments (name) WHERE delete_time IS NULL;
COMMENT ON TABLE deployments IS 'Pipelines wanted on hosts, and how far each is. Owner: controller';
COMMENT ON COLUMN deployments.target_version IS 'The version hosts are given now; 0 gives each what it ran before the deployment';
COMMENT ON COLUMN deployments.settled_time IS 'When every host of the step had answered; the step is watched from then on';

CREATE TABLE deployment_versions (
  deployment_id text NOT NULL REFERENCES deployments,
  version integer NOT NULL CHECK (version >= 1),
  pipeline text NOT NULL CHECK (length(pipeline) BETWEEN 1 AND 63),
  pipeline_version integer NOT NULL CHECK (pipeline_version >= 1),
  variables jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(variables) = 'object'),
  must_keep text[] NOT NULL DEFAULT '{}',
  config_digest text NOT NULL CHECK (config_digest ~ '^[0-9a-f]{64}$'),
  interval_seconds double precision NOT NULL CHECK (interval_seconds >= 0),
  dynamic jsonb CHECK (jsonb_typeof(dynamic) = 'object'),
  previous_version integer,
  create_time timestamptz NOT NULL,
  actor text NOT NULL CHECK (actor <> ''),
  reason text NOT NULL DEFAULT '',
  outcome text NOT NULL DEFAULT '',
  PRIMARY KEY (deployment_id, version),
  FOREIGN KEY (deployment_id, previous_version) REFERENCES deployment_versions (deployment_id, version),
  CONSTRAINT deployment_versions_previous CHECK (previous_version < version)
);
COMMENT ON TABLE deployment_versions IS 'Every version of each deployment; only its outcome changes. Owner: controller';
COMMENT ON COLUMN deployment_versions.previous_version IS 'The version a rollback of this one brings back; null for none';

CREATE TABLE deployment_hosts (
  deployment_id text NOT NULL REFERENCES deployments,
  host_id text NOT NULL UNIQUE REFERENCES hosts ON DELETE CASCADE,
  step integer NOT NULL CHECK (step >= 1),
  place integer NOT NULL,
  wanted_version integer NOT NULL CHECK (wanted_version >= 0),
  phase text NOT NULL CHECK (phase IN ('waiting', 'told', 'applied', 'failed')),
  told_version integer CHECK (told_version >= 0),
  applied_version integer NOT NULL DEFAULT 0 CHECK (applied_version >= 0),
  task_id text,
  try integer NOT NULL DEFAULT 0 CHECK (try >= 0),
  told_time timestamptz,
  applied_time timestamptz,
  message text NOT NULL DEFAULT '',
  announced boolean NOT NULL DEFAULT true,
  before jsonb CHECK (before IS NULL OR jsonb_typeof(before) = 'object'),
  drift text NOT NULL DEFAULT 'pending' CHECK (drift IN
    ('in_sync', 'pending', 'applying', 'failed', 'stale', 'edited', 'overridden')),
  drift_detail text NOT NULL DEFAULT '',
  drift_time timestamptz NOT NULL,
  repairs integer NOT NULL DEFAULT 0 CHECK (repairs >= 0),
  repair_time timestamptz,
  PRIMARY KEY (deployment_id, host_id),
  CONSTRAINT deployment_hosts_told CHECK (
    (told_version IS NULL) = (task_id IS NULL) AND (told_version IS NULL) = (told_time IS NULL)),
  CONSTRAINT deployment_hosts_working CHECK (phase <> 'told' OR task_id IS NOT NULL)
) WITH (fillfactor = 50);
COMMENT ON TABLE deployment_hosts IS 'The hosts of each deployment; a host belongs to one. Owner: controller';
COMMENT ON COLUMN deployment_hosts.told_version IS 'The version its newest task is for; 0 for what it ran before the deployment';
COMMENT ON COLUMN deployment_hosts.before IS 'The active pipeline before the deployment; null for none';
COMMENT ON COLUMN deployment_hosts.announced IS 'False while its newest refusal has no event';

CREATE TABLE deployment_events (
  deployment_id text NOT NULL REFERENCES deployments,
  sequence bigint NOT NULL CHECK (sequence >= 1),
  event_time timestamptz NOT NULL,
  type smallint NOT NULL CHECK (type > 0),
  actor text NOT NULL CHECK (actor <> ''),
  message text NOT NULL CHECK (message <> ''),
  host_id text,
  version integer NOT NULL DEFAULT 0 CHECK (version >= 0),
  user_reason text NOT NULL DEFAULT '',
  PRIMARY KEY (deployment_id, sequence)
);
COMMENT ON TABLE deployment_events IS 'What happened to each deployment, in order, without gaps. Owner: controller';

ALTER TABLE config_quarantine ADD COLUMN pipeline text NOT NULL DEFAULT '';

CREATE VIEW deployment_status AS
  SELECT d.deployment_id, d.name, v.pipeline, v.pipeline_version, d.wanted_version AS version, v.config_digest,
    d.state, d.state_reason, d.step, d.steps, d.create_time, d.update_time,
    count(h.host_id)::int AS hosts,
    count(*) FILTER (WHERE h.drift = 'in_sync')::int AS in_sync,
    count(*) FILTER (WHERE h.drift = 'pending')::int AS pending,
    count(*) FILTER (WHERE h.drift = 'applying')::int AS applying,
    count(*) FILTER (WHERE h.drift = 'failed')::int AS failed,
    count(*) FILTER (WHERE h.drift = 'stale')::int AS stale,
    count(*) FILTER (WHERE h.drift = 'edited')::int AS edited,
    count(*) FILTER (WHERE h.drift = 'overridden')::int AS overridden
  FROM deployments d
  JOIN deployment_versions v ON v.deployment_id = d.deployment_id AND v.version = d.wanted_version
  LEFT JOIN deployment_hosts h ON h.deployment_id = d.deployment_id
  WHERE d.delete_time IS NULL
  GROUP BY d.deployment_id, v.deployment_id, v.version;
COMMENT ON VIEW deployment_status IS 'Each deployment and how its hosts stand, for people. Owner: controller';
`;

const down = `
DROP VIEW deployment_status;
ALTER TABLE config_quarantine DROP COLUMN pipeline;
DROP TABLE deployment_events;
DROP TABLE deployment_hosts;
DROP TABLE deployment_versions;
DROP TABLE deployments;
`;

/** Deployments, their versions, hosts and events; owned by the controller. */
export class Deployments1700000000012 implements MigrationInterface {
  readonly name = "Deployments1700000000012";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down);
  }
}
