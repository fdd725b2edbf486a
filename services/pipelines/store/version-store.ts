import type { Tx } from "@phoenix/platform/database";
import { type StoredPipeline, type VersionState, versionColumns } from "./pipeline-store.ts";

/** What there is of one pipeline; nobody else changes it until the transaction ends. */
export type LockedPipeline = {
  /** Undefined while there is no version. */
  origin: StoredPipeline["origin"] | undefined;
  newestPublished: StoredPipeline | undefined;
  draft: StoredPipeline | undefined;
  /** Number of the next version; never one that a version, or what was rendered from it, had before. */
  nextVersion: number;
};

/** What is written of a version. */
export type NewVersion = Pick<StoredPipeline, "name" | "version" | "template" | "state" | "author" | "readme">;

/** Reads a pipeline for a change. Whoever else is about to change it waits. */
export async function lockPipeline(tx: Tx, name: string): Promise<LockedPipeline> {
  await tx.query("SELECT pg_advisory_xact_lock(hashtext('phoenix.pipelines'), hashtext($1))", [name]);
  const newest = await tx.query<StoredPipeline>(
    `SELECT DISTINCT ON (state = 'published') ${versionColumns} FROM pipeline_templates
     WHERE name = $1 ORDER BY state = 'published', version DESC`,
    [name],
  );
  const [last] = await tx.query<{ version: number }>(
    `SELECT greatest(
       (SELECT coalesce(max(version), 0) FROM pipeline_templates WHERE name = $1),
       (SELECT coalesce(max(pipeline_version), 0) FROM rendered_configs WHERE pipeline = $1)) AS version`,
    [name],
  );
  return {
    origin: newest[0]?.origin,
    newestPublished: newest.find(({ state }) => state === "published"),
    draft: newest.find(({ state }) => state !== "published"),
    nextVersion: (last?.version ?? 0) + 1,
  };
}

/** Writes a user's version; a draft that has its number gives way to it. */
export async function putVersion(tx: Tx, next: NewVersion): Promise<StoredPipeline> {
  const [stored] = await tx.query<StoredPipeline>(
    `INSERT INTO pipeline_templates (name, version, template, template_digest, state, origin, author, readme)
     VALUES ($1, $2, $3::text, encode(sha256(convert_to($3, 'UTF8')), 'hex'), $4, 'user', $5, $6)
     ON CONFLICT (name, version) DO UPDATE SET (template, template_digest, state, author, readme, created_at) =
       (excluded.template, excluded.template_digest, excluded.state, excluded.author, excluded.readme, now())
     RETURNING ${versionColumns}`,
    [next.name, next.version, next.template, next.state, next.author, next.readme],
  );
  if (stored === undefined) throw new Error(`version ${next.version} of ${next.name} was written and is not there`);
  return stored;
}

/** Moves a draft on. */
export async function setVersionState(tx: Tx, draft: StoredPipeline, state: VersionState): Promise<StoredPipeline> {
  const [stored] = await tx.query<StoredPipeline>(
    `UPDATE pipeline_templates SET state = $3 WHERE name = $1 AND version = $2 RETURNING ${versionColumns}`,
    [draft.name, draft.version, state],
  );
  if (stored === undefined) throw new Error(`version ${draft.version} of ${draft.name} is locked and not there`);
  return stored;
}

/** Deletes a version of a user's pipeline, all of them without a number; gives how many. What was rendered stays. */
export async function deleteVersions(tx: Tx, name: string, version?: number): Promise<number> {
  const gone = await tx.query(
    "DELETE FROM pipeline_templates WHERE name = $1 AND origin = 'user' AND version = coalesce($2::bigint, version) RETURNING 1",
    [name, version ?? null],
  );
  return gone.length;
}
