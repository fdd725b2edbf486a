import { create, fromJson, type JsonValue, toJson } from "@bufbuild/protobuf";
import {
  type ComponentSet,
  ComponentSetSchema,
  type HostComponents,
  HostComponentsSchema,
} from "@phoenix/gen/phoenix/agent/v1/components_pb.ts";
import { componentsDigest } from "@phoenix/platform/components";
import type { Queryable } from "@phoenix/platform/database";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";

/** The digest that a host's agent named last, in SQL over `agent_status s`. */
const named = "s.facts ->> 'collectorComponentsDigest'";

// A host says what its own digest stands for and nothing else, so that none can fill the table.
const store = `
  insert into component_sets (digest, components)
  select $2, $3::jsonb from agent_status s where s.host_id = $1 and ${named} = $2
  on conflict (digest) do update set noted_at = now() returning digest`;

// The sets are joined last: a set is long, and of ten thousand hosts each would bring its own copy to be compared.
const list = `
  with meant as (
    select coalesce(${named}, '') as digest, s.facts ->> 'collectorVersion' as version, h.host_name
    from hosts h join agent_status s using (host_id)
    where (cardinality($1::text[]) = 0 or h.host_id = any($1) or h.host_name = any($1)) and h.labels @> $2::jsonb
  ),
  groups as (
    select digest, count(*) as hosts, array_remove(array_agg(distinct version), null) as versions,
      (array_agg(host_name order by host_name collate "C"))[1:10] as names
    from meant group by digest
  )
  select g.*, c.components from groups g left join component_sets c using (digest) order by hosts desc, digest`;

const findUnknown = `
  select name from unnest($1::text[]) as t (name)
  where not exists (select from hosts h where h.host_id = name or h.host_name = name) limit 1`;

const prune = `
  delete from component_sets c
  where noted_at < now() - make_interval(secs => $1::double precision / 1000)
    and not exists (select from agent_status s where ${named} = c.digest)`;

/** Says whether it is known what a digest stands for. */
export async function hasComponentSet(q: Queryable, digest: string): Promise<boolean> {
  return (await q.query("select from component_sets where digest = $1", [digest])).length > 0;
}

/**
 * Stores what the collector of a host contains and gives its digest.
 * @throws PhoenixError INVALID_FIELD when it is not what the host's agent named in its facts.
 */
export async function storeComponentSet(q: Queryable, hostId: string, components: ComponentSet): Promise<string> {
  const digest = componentsDigest(components);
  const stored = await q.query(store, [hostId, digest, JSON.stringify(toJson(ComponentSetSchema, components))]);
  if (stored.length > 0) return digest;
  throw phoenixError(
    ErrorReason.INVALID_FIELD,
    `components: their digest is ${digest.slice(0, 12)}, which is not what the agent said in its Hello. Say Hello again, then send them.`,
    { metadata: { field: "components" } },
  );
}

/** Gives the components that a digest stands for; null when nobody has told. */
export async function findComponentSet(q: Queryable, digest: string): Promise<ComponentSet | null> {
  const sql = "select components from component_sets where digest = $1";
  const [row] = await q.query<{ components: JsonValue }>(sql, [digest]);
  return row === undefined ? null : readSet(row.components);
}

/**
 * Gives what the collectors of hosts contain, hosts with the same components together, most hosts first.
 * Hosts are meant by id or name, all where none is named, and by labels. One statement, whatever the fleet's size.
 */
export async function listHostComponents(
  q: Queryable,
  selector: { hosts: readonly string[]; labels: Readonly<Record<string, string>> },
): Promise<HostComponents[]> {
  const rows = await q.query<{
    digest: string;
    components: JsonValue | null;
    hosts: string;
    versions: string[];
    names: string[];
  }>(list, [selector.hosts, JSON.stringify(selector.labels)]);
  return rows.map(({ digest, components, hosts, versions, names }) =>
    create(HostComponentsSchema, {
      componentsDigest: digest,
      ...(components === null ? {} : { components: readSet(components) }),
      collectorVersions: versions,
      hostCount: Number(hosts),
      hostNames: names,
    }),
  );
}

/** Gives a name among these that no host has as id or name; undefined when all are known. */
export async function findUnknownHost(q: Queryable, hosts: readonly string[]): Promise<string | undefined> {
  return (await q.query<{ name: string }>(findUnknown, [hosts]))[0]?.name;
}

/** Forgets sets that no host has any more and that were not told for so long, in milliseconds. */
export async function pruneComponentSets(q: Queryable, keepMs: number): Promise<void> {
  await q.query(prune, [keepMs]);
}

function readSet(json: JsonValue): ComponentSet {
  return fromJson(ComponentSetSchema, json, { ignoreUnknownFields: true });
}
