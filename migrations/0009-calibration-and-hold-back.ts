import type { MigrationInterface, QueryRunner } from "typeorm";

const up = `
ALTER TABLE experiments
  ADD COLUMN calibrate_time timestamptz,
  ADD COLUMN promote_time timestamptz,
  ADD COLUMN hold_back_until timestamptz,
  DROP CONSTRAINT experiments_measured,
  ADD CONSTRAINT experiments_measured CHECK (
    (phase <> 'running' OR measure_time IS NOT NULL OR calibrate_time IS NOT NULL)
    AND (phase NOT IN ('analyzing', 'completed') OR measure_time IS NOT NULL)),
  ADD CONSTRAINT experiments_held_back CHECK (
    (hold_back_until IS NULL AND promote_time IS NULL) OR promoted_digest IS NOT NULL);
COMMENT ON COLUMN experiments.calibrate_time IS 'When the A/A period began; it lasts until measure_time is set';
COMMENT ON COLUMN experiments.promote_time IS 'When every host of the promotion ran the candidate';
COMMENT ON COLUMN experiments.hold_back_until IS 'Hosts are held back from the promotion until then; null when none are';

ALTER TABLE experiment_hosts ADD COLUMN held_back boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN experiment_hosts.held_back IS 'It was held back from the promotion; stays set when that is over';

ALTER TABLE experiment_arms ADD COLUMN next_digest text CHECK (next_digest ~ '^[0-9a-f]{64}$');
COMMENT ON COLUMN experiment_arms.next_digest IS 'What it is to run after the A/A period; null when it does';

DROP INDEX experiments_under_way;
CREATE INDEX experiments_under_way ON experiments (experiment_id)
  WHERE delete_time IS NULL
    AND (phase IN ('pending', 'initializing', 'running', 'analyzing') OR rollout IS NOT NULL
      OR hold_until IS NOT NULL OR hold_back_until IS NOT NULL);
`;

// An experiment in its A/A period has no place in the older schema: it is called off.
const down = `
DROP INDEX experiments_under_way;
CREATE INDEX experiments_under_way ON experiments (experiment_id)
  WHERE delete_time IS NULL
    AND (phase IN ('pending', 'initializing', 'running', 'analyzing') OR rollout IS NOT NULL OR hold_until IS NOT NULL);
ALTER TABLE experiment_arms DROP COLUMN next_digest;
ALTER TABLE experiment_hosts DROP COLUMN held_back;
UPDATE experiments SET phase = 'cancelled', phase_deadline = NULL, end_time = now(),
  phase_reason = 'The schema was taken back to one without A/A periods.'
WHERE phase = 'running' AND measure_time IS NULL;
ALTER TABLE experiments
  DROP CONSTRAINT experiments_held_back,
  DROP CONSTRAINT experiments_measured,
  ADD CONSTRAINT experiments_measured CHECK (phase NOT IN ('running', 'analyzing', 'completed') OR measure_time IS NOT NULL),
  DROP COLUMN hold_back_until,
  DROP COLUMN promote_time,
  DROP COLUMN calibrate_time;
`;

/** The A/A period of an experiment and the hold-back of a promotion; owned by the controller. */
export class CalibrationAndHoldBack1700000000009 implements MigrationInterface {
  readonly name = "CalibrationAndHoldBack1700000000009";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down);
  }
}
