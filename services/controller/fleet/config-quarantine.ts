import type { Queryable, Tx } from "@phoenix/platform/database";

const add = `
  insert into config_quarantine (config_digest, reason) values ($1, $2)
  on conflict (config_digest) do update set reason = excluded.reason, created_at = now()`;

const find = `select reason from config_quarantine where config_digest = $1`;

/** Quarantines a configuration: it is not offered again. */
export async function quarantineConfig(tx: Tx, configDigest: string, reason: string): Promise<void> {
  await tx.query(add, [configDigest, reason]);
}

/** Says why a configuration is quarantined; null when it is not. */
export async function isQuarantined(q: Queryable, configDigest: string): Promise<string | null> {
  const [row] = await q.query<{ reason: string }>(find, [configDigest]);
  return row?.reason ?? null;
}
