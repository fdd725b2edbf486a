import type { MigrationInterface, QueryRunner } from "typeorm";

// What was a row for each host of an experiment becomes a simulation and its hosts:
// a simulation may now stand alone, and has a profile of its own.
const up = `
ALTER TABLE load_simulations RENAME TO load_simulation_hosts;
ALTER TABLE load_simulation_hosts RENAME CONSTRAINT load_simulations_pkey TO load_simulation_hosts_pkey;
ALTER INDEX load_simulations_experiment RENAME TO load_simulation_hosts_experiment;
ALTER INDEX load_simulations_trouble RENAME TO load_simulation_hosts_trouble;

CREATE TABLE load_simulations (
  load_simulation_id text PRIMARY KEY CHECK (load_simulation_id ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$'),
  ordinal bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  experiment_id text REFERENCES experiments ON DELETE CASCADE,
  profile jsonb NOT NULL CHECK (jsonb_typeof(profile) = 'object'),
  processes integer NOT NULL CHECK (processes BETWEEN 0 AND 2000),
  seed numeric(20) NOT NULL CHECK (seed >= 0),
  max_duration_ms bigint NOT NULL CHECK (max_duration_ms > 0),
  create_time timestamptz NOT NULL
);
COMMENT ON TABLE load_simulations IS 'Load that was put on hosts. Owner: controller';
COMMENT ON COLUMN load_simulations.ordinal IS 'Order in which they were asked for; pages of lists go by it';
COMMENT ON COLUMN load_simulations.experiment_id IS 'The experiment it belongs to; null for none';

INSERT INTO load_simulations (load_simulation_id, experiment_id, profile, processes, seed, max_duration_ms, create_time)
  SELECT load_simulation_id, min(experiment_id), jsonb_build_object('name', min(profile)), min(processes), min(seed),
    86400000, min(create_time)
  FROM load_simulation_hosts GROUP BY load_simulation_id ORDER BY min(create_time), load_simulation_id;

ALTER TABLE load_simulation_hosts
  ALTER COLUMN experiment_id DROP NOT NULL,
  DROP COLUMN profile,
  DROP COLUMN seed,
  DROP COLUMN create_time,
  DROP COLUMN processes,
  ADD COLUMN host_name text NOT NULL DEFAULT '',
  ADD COLUMN processes integer NOT NULL DEFAULT 0 CHECK (processes >= 0),
  ADD COLUMN spawned bigint NOT NULL DEFAULT 0 CHECK (spawned >= 0),
  ADD COLUMN detail text NOT NULL DEFAULT '',
  ADD COLUMN report_time timestamptz,
  ADD FOREIGN KEY (load_simulation_id) REFERENCES load_simulations ON DELETE CASCADE;
UPDATE load_simulation_hosts l SET host_name = h.host_name FROM experiment_hosts h
  WHERE h.experiment_id = l.experiment_id AND h.host_id = l.host_id;
COMMENT ON TABLE load_simulation_hosts IS 'Each load on each host, as its tasks and reports left it. Owner: controller';
COMMENT ON COLUMN load_simulation_hosts.processes IS 'Processes that ran when the host last said';
CREATE INDEX load_simulation_hosts_under_way ON load_simulation_hosts (load_simulation_id)
  WHERE experiment_id IS NULL AND state NOT IN ('stopped', 'failed');
`;

const down = `
DROP INDEX load_simulation_hosts_under_way;
DELETE FROM load_simulation_hosts WHERE experiment_id IS NULL;
ALTER TABLE load_simulation_hosts
  DROP CONSTRAINT load_simulation_hosts_load_simulation_id_fkey,
  DROP COLUMN host_name,
  DROP COLUMN processes,
  DROP COLUMN spawned,
  DROP COLUMN detail,
  DROP COLUMN report_time,
  ADD COLUMN profile text CHECK (profile <> ''),
  ADD COLUMN processes integer NOT NULL DEFAULT 0 CHECK (processes BETWEEN 0 AND 2000),
  ADD COLUMN seed numeric(20) NOT NULL DEFAULT 0 CHECK (seed >= 0),
  ADD COLUMN create_time timestamptz NOT NULL DEFAULT now(),
  ALTER COLUMN experiment_id SET NOT NULL;
UPDATE load_simulation_hosts h SET profile = s.profile ->> 'name', processes = s.processes, seed = s.seed,
  create_time = s.create_time FROM load_simulations s WHERE s.load_simulation_id = h.load_simulation_id;
ALTER TABLE load_simulation_hosts ALTER COLUMN profile SET NOT NULL;
DROP TABLE load_simulations;
ALTER TABLE load_simulation_hosts RENAME TO load_simulations;
ALTER TABLE load_simulations RENAME CONSTRAINT load_simulation_hosts_pkey TO load_simulations_pkey;
ALTER INDEX load_simulation_hosts_experiment RENAME TO load_simulations_experiment;
ALTER INDEX load_simulation_hosts_trouble RENAME TO load_simulations_trouble;
COMMENT ON TABLE load_simulations IS 'Load on hosts for the time of an experiment. Owner: controller';
`;

/** Load simulations of their own, beside those of experiments; owned by the controller. */
export class LoadSimulations1700000000013 implements MigrationInterface {
  readonly name = "LoadSimulations1700000000013";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down);
  }
}
