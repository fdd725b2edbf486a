import type { Queryable, Tx } from "@phoenix/platform/database";
import type { ActivePipelineRecord } from "./active-pipeline-record.ts";
import { type HostRow, hostColumns, hostFromRow, hostTables } from "./host-record.ts";
import { noticeHostChange } from "./notices.ts";

const read = `select ${hostColumns} from ${hostTables} where h.host_id = any($1)`;

// Also makes two changes of one host wait for each other.
const touch = `update hosts set changed_at = clock_timestamp() where host_id = $1`;

const set = `
  insert into active_pipelines (host_id, pipeline, config_digest, experiment_id) values ($1, $2, $3, $4)
  on conflict (host_id) do update set pipeline = excluded.pipeline, config_digest = excluded.config_digest,
    experiment_id = excluded.experiment_id, updated_at = clock_timestamp()`;

const clear = `delete from active_pipelines where host_id = $1`;

/** Gives what hosts are to run outside experiments, by host id; hosts that run nothing are absent. */
export async function getActivePipelines(
  q: Queryable,
  hostIds: readonly string[],
): Promise<Map<string, ActivePipelineRecord>> {
  const rows = await q.query<HostRow>(read, [hostIds]);
  return new Map(
    rows.map(hostFromRow).flatMap(({ hostId, active }) => (active === null ? [] : [[hostId, active] as const])),
  );
}

/** Sets what a host is to run outside experiments (null: nothing) and gives what it was to run before. */
export async function setActivePipeline(
  tx: Tx,
  hostId: string,
  wanted: { pipeline: string; configDigest: string; experimentId: string | null } | null,
): Promise<{ previous: ActivePipelineRecord | null }> {
  await tx.query(touch, [hostId]);
  const previous = (await getActivePipelines(tx, [hostId])).get(hostId) ?? null;
  if (wanted === null) await tx.query(clear, [hostId]);
  else await tx.query(set, [hostId, wanted.pipeline, wanted.configDigest, wanted.experimentId]);
  await noticeHostChange(tx);
  return { previous };
}

const touchMany = `
  with held as (select host_id from hosts where host_id = any($1::text[]) order by host_id for update)
  update hosts h set changed_at = clock_timestamp() from held where h.host_id = held.host_id`;

const setMany = `
  insert into active_pipelines (host_id, pipeline, config_digest, experiment_id)
  select host_id, $2, $3, $4 from unnest($1::text[]) as wanted (host_id)
  on conflict (host_id) do update set pipeline = excluded.pipeline, config_digest = excluded.config_digest,
    experiment_id = excluded.experiment_id, updated_at = clock_timestamp()`;

const clearMany = `delete from active_pipelines where host_id = any($1)`;

/** As {@link setActivePipeline}, of many hosts at a time; gives what they were to run before, by host id. */
export async function setActivePipelines(
  tx: Tx,
  hostIds: readonly string[],
  wanted: { pipeline: string; configDigest: string; experimentId: string | null } | null,
): Promise<Map<string, ActivePipelineRecord>> {
  if (hostIds.length === 0) return new Map();
  await tx.query(touchMany, [hostIds]);
  const previous = await getActivePipelines(tx, hostIds);
  if (wanted === null) await tx.query(clearMany, [hostIds]);
  else await tx.query(setMany, [hostIds, wanted.pipeline, wanted.configDigest, wanted.experimentId]);
  await noticeHostChange(tx);
  return previous;
}
