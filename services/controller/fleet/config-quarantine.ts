import type { Queryable, Tx } from "@phoenix/platform/database";

/** A configuration that failed and is not offered again. */
export type QuarantineRecord = {
  configDigest: string;
  /** Pipeline it was rendered from; empty when that is not known. */
  pipeline: string;
  reason: string;
  createdAt: Date;
};

const add = `
  insert into config_quarantine (config_digest, reason, pipeline) values ($1, $2, $3)
  on conflict (config_digest) do update set reason = excluded.reason, created_at = now(),
    pipeline = case when excluded.pipeline = '' then config_quarantine.pipeline else excluded.pipeline end`;

const find = `select reason from config_quarantine where config_digest = $1`;

// The microseconds of a time do not survive a Date, so pages go by its text.
const list = `
  select config_digest, pipeline, reason, created_at, created_at::text || '/' || config_digest as key
  from config_quarantine
  where $1::text is null
    or (created_at, config_digest) < (split_part($1, '/', 1)::timestamptz, split_part($1, '/', 2))
  order by created_at desc, config_digest desc limit $2`;

const clear = `delete from config_quarantine where config_digest = $1 returning config_digest`;

/** Quarantines a configuration: it is not offered again. */
export async function quarantineConfig(tx: Tx, configDigest: string, reason: string, pipeline = ""): Promise<void> {
  await tx.query(add, [configDigest, reason, pipeline]);
}

/** Says why a configuration is quarantined; null when it is not. */
export async function isQuarantined(q: Queryable, configDigest: string): Promise<string | null> {
  const [row] = await q.query<{ reason: string }>(find, [configDigest]);
  return row?.reason ?? null;
}

/** Lists quarantined configurations, newest first, from behind a key that an earlier page gave. */
export async function listQuarantine(
  q: Queryable,
  behind: string | null,
  limit: number,
): Promise<(QuarantineRecord & { key: string })[]> {
  const rows = await q.query<{
    config_digest: string;
    pipeline: string;
    reason: string;
    created_at: Date;
    key: string;
  }>(list, [behind, limit]);
  return rows.map((row) => ({
    configDigest: row.config_digest,
    pipeline: row.pipeline,
    reason: row.reason,
    createdAt: row.created_at,
    key: row.key,
  }));
}

/** Lets a configuration be offered again; false when it was not quarantined. */
export async function clearQuarantine(tx: Tx, configDigest: string): Promise<boolean> {
  return (await tx.query(clear, [configDigest])).length > 0;
}
