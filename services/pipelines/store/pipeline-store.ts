import type { Queryable } from "@phoenix/platform/database";
import { Code, ErrorReason, phoenixError } from "@phoenix/platform/errors";

/** Where a version stands: a draft may change, a published one never does. */
export type VersionState = "draft" | "validated" | "published";

/** A version of a pipeline; `template` is the text of its file. */
export type StoredPipeline = {
  name: string;
  version: number;
  template: string;
  createdAt: Date;
  state: VersionState;
  origin: "catalog" | "user";
  /** Who added it; empty for one that ships with Phoenix. */
  author: string;
  /** Markdown. */
  readme: string;
};

/** Reads versions of pipelines. */
export type PipelineStore = {
  /** A version, the newest published for 0. Throws PIPELINE_NOT_FOUND, which names what there is. */
  get(name: string, version: number): Promise<StoredPipeline>;
  /** A published version, the newest for 0: the only ones that go to hosts. Throws PIPELINE_NOT_FOUND. */
  getPublished(name: string, version: number): Promise<StoredPipeline>;
  /**
   * Of each pipeline whose name comes after `after` the newest published version, or its draft where there
   * is no other; by name, at most `limit`.
   */
  list(after: string, limit: number): Promise<StoredPipeline[]>;
  /** Versions of a pipeline below a number, newest first, at most `limit`; 0 begins with the newest. */
  versions(name: string, below: number, limit: number): Promise<StoredPipeline[]>;
};

/** What is read of a version. */
export const versionColumns = `name, version, template, created_at AS "createdAt", state, origin, author, readme`;

/** Makes the store of pipelines over a database. */
export function createPipelineStore(db: Queryable): PipelineStore {
  const get: PipelineStore["get"] = async (name, version) => {
    const [found] = await db.query<StoredPipeline>(
      `SELECT ${versionColumns} FROM pipeline_templates
       WHERE name = $1 AND (version = $2::bigint OR $2 = 0 AND state = 'published') ORDER BY version DESC LIMIT 1`,
      [name, version],
    );
    return found ?? (await refuse(db, name, version));
  };
  return {
    get,
    async getPublished(name, version) {
      const found = await get(name, version);
      if (found.state === "published") return found;
      const message = `Version ${version} of ${name} is a draft, which may still change. Publish it first.`;
      throw phoenixError(ErrorReason.PIPELINE_NOT_FOUND, message, {
        code: Code.FailedPrecondition,
        metadata: { pipeline: name },
      });
    },
    list: (after, limit) =>
      db.query<StoredPipeline>(
        `SELECT DISTINCT ON (name) ${versionColumns} FROM pipeline_templates
         WHERE name > $1 ORDER BY name, (state = 'published') DESC, version DESC LIMIT $2`,
        [after, limit],
      ),
    versions: (name, below, limit) =>
      db.query<StoredPipeline>(
        `SELECT ${versionColumns} FROM pipeline_templates
         WHERE name = $1 AND ($2::bigint = 0 OR version < $2) ORDER BY version DESC LIMIT $3`,
        [name, below, limit],
      ),
  };
}

async function refuse(db: Queryable, name: string, version: number): Promise<never> {
  const metadata = { pipeline: name };
  const versions = await db.query<{ version: number; state: VersionState }>(
    "SELECT version, state FROM pipeline_templates WHERE name = $1 ORDER BY version",
    [name],
  );
  if (versions.length === 0) {
    const known = await db.query<{ name: string }>("SELECT DISTINCT name FROM pipeline_templates ORDER BY 1 LIMIT 50");
    const names = known.map((pipeline) => pipeline.name).join(", ") || "none";
    const message = `There is no pipeline "${name}". Known pipelines: ${names}.`;
    throw phoenixError(ErrorReason.PIPELINE_NOT_FOUND, message, { metadata });
  }
  const published = versions.filter(({ state }) => state === "published").map((each) => each.version);
  const draft = versions.find(({ state }) => state !== "published")?.version;
  const drafted = draft === undefined ? "" : ` Version ${draft} is a draft.`;
  const message =
    version === 0
      ? `No version of ${name} is published.${drafted} Publish it, or name the version.`
      : `Pipeline ${name} has no version ${version}. Published versions: ${published.join(", ") || "none"}; 0 takes the newest.${drafted}`;
  throw phoenixError(ErrorReason.PIPELINE_NOT_FOUND, message, { metadata });
}
