import type { MigrationInterface, QueryRunner } from "typeorm";

const up = `
alter table pipeline_templates
  add column state text not null default 'published' check (state in ('draft', 'validated', 'published')),
  add column origin text not null default 'catalog' check (origin in ('catalog', 'user')),
  add column author text not null default '' check (length(author) <= 256),
  add column readme text not null default '' check (octet_length(readme) <= 262144),
  add constraint pipeline_templates_catalog_row check (origin = 'user' or (state = 'published' and author = ''));
alter table pipeline_templates alter column state drop default, alter column origin drop default;
comment on table pipeline_templates is
  'Versions of pipelines, as YAML; a published one never changes. Owner: pipelines';

-- A user may go back to an earlier text, which is then a version of its own; the catalog of each release is taken in once.
alter table pipeline_templates drop constraint pipeline_templates_name_template_digest_key;
create unique index pipeline_templates_catalog_text on pipeline_templates (name, template_digest) where origin = 'catalog';
create unique index pipeline_templates_one_draft on pipeline_templates (name) where state <> 'published';

-- What was rendered outlives the version it came from, and keeps its number from being given again.
alter table rendered_configs drop constraint rendered_configs_pipeline_pipeline_version_fkey;
create index rendered_configs_version on rendered_configs (pipeline, pipeline_version);

create function pipelines_refuse_published_change() returns trigger language plpgsql as $$
begin
  -- The words that go with a pipeline of the catalog may be bettered; what it does may not.
  if old.origin = 'catalog' and to_jsonb(old) - 'readme' = to_jsonb(new) - 'readme' then return new; end if;
  if old.state = 'published' or (old.name, old.version, old.origin) is distinct from (new.name, new.version, new.origin) then
    raise exception 'a published version of a pipeline never changes' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
drop trigger pipeline_templates_never_change on pipeline_templates;
create trigger pipeline_templates_published before update on pipeline_templates
  for each row execute function pipelines_refuse_published_change();
`;

const down = `
drop trigger pipeline_templates_published on pipeline_templates;
drop function pipelines_refuse_published_change();

delete from pipeline_templates where state <> 'published';
-- A text that is there twice is told of by its newest version.
alter table rendered_configs disable trigger rendered_configs_never_change;
update rendered_configs c set pipeline_version = newest.version
  from pipeline_templates t, lateral (
    select max(version) as version from pipeline_templates k
    where k.name = t.name and k.template_digest = t.template_digest
  ) newest
  where c.pipeline = t.name and c.pipeline_version = t.version and newest.version <> t.version;
alter table rendered_configs enable trigger rendered_configs_never_change;
delete from pipeline_templates t using pipeline_templates newer
  where newer.name = t.name and newer.template_digest = t.template_digest and newer.version > t.version;
delete from rendered_configs c where not exists (
  select from pipeline_templates t where t.name = c.pipeline and t.version = c.pipeline_version
);

drop index rendered_configs_version;
alter table rendered_configs add foreign key (pipeline, pipeline_version) references pipeline_templates (name, version);
drop index pipeline_templates_one_draft;
drop index pipeline_templates_catalog_text;
alter table pipeline_templates
  drop column state, drop column origin, drop column author, drop column readme,
  add unique (name, template_digest);
create trigger pipeline_templates_never_change before update on pipeline_templates
  for each row execute function pipelines_refuse_change();
comment on table pipeline_templates is 'Versions of pipelines, as YAML; a version never changes. Owner: pipelines';
`;

/** Versions that users add: a draft that may change until it is published; owned by the pipelines service. */
export class PipelineVersions1700000000011 implements MigrationInterface {
  readonly name = "PipelineVersions1700000000011";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down);
  }
}
