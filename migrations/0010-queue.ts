import type { MigrationInterface, QueryRunner } from "typeorm";

// Reasons and measurements: docs/decisions/0007-a-task-is-one-row.md.
const up = `
-- Room for the claim of every task of a page.
alter table agent_tasks set (fillfactor = 45);

alter table agent_tasks add column payload jsonb;
update agent_tasks t set payload = p.payload from agent_task_payloads p where p.task_id = t.task_id;
alter table agent_tasks alter column payload set not null,
  add constraint agent_tasks_payload check (jsonb_typeof(payload) = 'object');
drop table agent_task_payloads;

-- The transaction that made the task wait: whoever looks for work need not look
-- at what an earlier snapshot showed. The index says more than it must, so that no
-- other statement is planned to read all of it.
alter table agent_tasks add column waiting_xid xid8 not null default pg_current_xact_id();
create index agent_tasks_waiting on agent_tasks (waiting_xid) where ended_at is null and waiting_xid >= '0';
drop index agent_tasks_open;
create index agent_tasks_open on agent_tasks (host_id, kind, subject, task_seq) where ended_at is null;

-- The last try of a task that ended in that try's own words is told by the task.
alter table agent_task_attempts rename to agent_task_past_attempts;
create view agent_task_attempts as
  select task_id, attempt, lease_token, session, outcome, message, assigned_at, ended_at
  from agent_task_past_attempts
  union all
  select task_id, attempt, lease_token, assigned_session, state, message, assigned_at, ended_at
  from agent_tasks t
  where state in ('completed', 'failed', 'cancelled') and attempt >= 1 and not exists (
    select from agent_task_past_attempts p where p.task_id = t.task_id and p.attempt = t.attempt
  );

comment on table agent_task_past_attempts is 'How tries ended that the row of their task does not tell of. Owner: controller';
comment on view agent_task_attempts is 'How each try of a task ended. Owner: controller';
`;

const down = `
insert into agent_task_past_attempts (task_id, attempt, lease_token, session, outcome, message, assigned_at, ended_at)
  select task_id, attempt, lease_token, session, outcome, message, assigned_at, ended_at from agent_task_attempts
  where lease_token is not null
  on conflict do nothing;
drop view agent_task_attempts;
alter table agent_task_past_attempts rename to agent_task_attempts;
comment on table agent_task_attempts is 'How each try of a task ended. Owner: controller';

drop index agent_tasks_open;
create index agent_tasks_open on agent_tasks (host_id, priority desc, task_seq) where ended_at is null;
drop index agent_tasks_waiting;
alter table agent_tasks drop column waiting_xid;
alter table agent_tasks set (fillfactor = 60);

create table agent_task_payloads (
  task_id text primary key references agent_tasks on delete cascade,
  payload jsonb not null check (jsonb_typeof(payload) = 'object')
);
insert into agent_task_payloads (task_id, payload) select task_id, payload from agent_tasks;
alter table agent_tasks drop column payload;
comment on table agent_task_payloads is 'What each task is to do. Owner: controller';
`;

/** A task as one row that changes twice; owned by the controller. */
export class Queue1700000000010 implements MigrationInterface {
  readonly name = "Queue1700000000010";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down);
  }
}
