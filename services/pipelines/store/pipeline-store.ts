import type { Queryable } from "@phoenix/platform/database";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";

/** A version of a pipeline; `template` is the text of its file. */
export type StoredPipeline = { name: string; version: number; template: string; createdAt: Date };

/** Reads versions of pipelines. */
export type PipelineStore = {
  /** A version, the newest for 0. Throws PIPELINE_NOT_FOUND, which names what there is. */
  get(name: string, version: number): Promise<StoredPipeline>;
  /** The newest version of each pipeline whose name comes after `after`, by name, at most `limit`. */
  list(after: string, limit: number): Promise<StoredPipeline[]>;
};

const columns = `name, version, template, created_at AS "createdAt"`;

/** Makes the store of pipelines over a database. */
export function createPipelineStore(db: Queryable): PipelineStore {
  return {
    async get(name, version) {
      const [found] = await db.query<StoredPipeline>(
        `SELECT ${columns} FROM pipeline_templates WHERE name = $1 AND $2 IN (0, version) ORDER BY version DESC LIMIT 1`,
        [name, version],
      );
      return found ?? (await refuse(db, name, version));
    },
    list: (after, limit) =>
      db.query<StoredPipeline>(
        `SELECT DISTINCT ON (name) ${columns} FROM pipeline_templates WHERE name > $1 ORDER BY name, version DESC LIMIT $2`,
        [after, limit],
      ),
  };
}

async function refuse(db: Queryable, name: string, version: number): Promise<never> {
  const known = await db.query<{ name: string; newest: number }>(
    "SELECT name, max(version) AS newest FROM pipeline_templates GROUP BY name ORDER BY name LIMIT 50",
  );
  const newest = known.find((pipeline) => pipeline.name === name)?.newest;
  const message =
    newest === undefined
      ? `There is no pipeline "${name}". Known pipelines: ${known.map((pipeline) => pipeline.name).join(", ") || "none"}.`
      : `Pipeline ${name} has no version ${version}. Its versions go from 1 to ${newest}; 0 takes the newest.`;
  throw phoenixError(ErrorReason.PIPELINE_NOT_FOUND, message, { metadata: { pipeline: name } });
}
