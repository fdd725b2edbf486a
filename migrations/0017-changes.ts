import type { MigrationInterface, QueryRunner } from "typeorm";

// An event gets its cursor after its commit, by whoever looks: numbers given before a
// commit can become visible out of their order, and a reader would pass over the late ones.
const up = `
ALTER TABLE experiment_events ADD COLUMN cursor bigint CHECK (cursor > 0);
ALTER TABLE deployment_events ADD COLUMN cursor bigint CHECK (cursor > 0);

CREATE TABLE change_cursor (
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  newest bigint NOT NULL CHECK (newest >= 0)
) WITH (fillfactor = 10);

WITH told AS (
  SELECT 1 AS source, experiment_id AS id, sequence, event_time FROM experiment_events
  UNION ALL SELECT 2, deployment_id, sequence, event_time FROM deployment_events
), numbered AS MATERIALIZED (
  SELECT source, id, sequence, row_number() OVER (ORDER BY event_time, source, id, sequence) AS cursor FROM told
), of_experiments AS (
  UPDATE experiment_events e SET cursor = n.cursor FROM numbered n
  WHERE n.source = 1 AND e.experiment_id = n.id AND e.sequence = n.sequence
), of_deployments AS (
  UPDATE deployment_events e SET cursor = n.cursor FROM numbered n
  WHERE n.source = 2 AND e.deployment_id = n.id AND e.sequence = n.sequence
)
INSERT INTO change_cursor (newest) SELECT count(*) FROM numbered;

CREATE UNIQUE INDEX experiment_events_cursor ON experiment_events (cursor) WHERE cursor IS NOT NULL;
CREATE UNIQUE INDEX deployment_events_cursor ON deployment_events (cursor) WHERE cursor IS NOT NULL;
CREATE INDEX experiment_events_unnumbered ON experiment_events (event_time) WHERE cursor IS NULL;
CREATE INDEX deployment_events_unnumbered ON deployment_events (event_time) WHERE cursor IS NULL;

COMMENT ON TABLE change_cursor IS 'The newest cursor that an event has; one row. Owner: controller';
COMMENT ON COLUMN experiment_events.cursor IS 'Place among the events of everything; null until somebody looked';
COMMENT ON COLUMN deployment_events.cursor IS 'Place among the events of everything; null until somebody looked';
`;

const down = `
DROP TABLE change_cursor;
ALTER TABLE deployment_events DROP COLUMN cursor;
ALTER TABLE experiment_events DROP COLUMN cursor;
`;

/** One order over the events of experiments and deployments; owned by the controller. */
export class Changes1700000000017 implements MigrationInterface {
  readonly name = "Changes1700000000017";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down);
  }
}
