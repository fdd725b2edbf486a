import type { Queryable } from "@phoenix/platform/database";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";

/** A rendered configuration with the pipeline it came from. */
type StoredConfig = { digest: string; text: string; pipeline: string; version: number };

/** Keeps rendered configurations by digest. */
export type ConfigStore = {
  /** Keeps one; keeping it again changes nothing. */
  put(config: StoredConfig): Promise<void>;
  /** The exact bytes under a digest and the pipeline they came from. Throws CONFIG_NOT_FOUND. */
  get(digest: string): Promise<{ bytes: Uint8Array; pipeline: string }>;
};

/** Makes the store of configurations over a database. */
export function createConfigStore(db: Queryable): ConfigStore {
  return {
    async put({ digest, text, pipeline, version }) {
      await db.query(
        `INSERT INTO rendered_configs (config_digest, config, pipeline, pipeline_version) VALUES ($1, $2, $3, $4)
         ON CONFLICT (config_digest) DO NOTHING`,
        [digest, Buffer.from(text, "utf8"), pipeline, version],
      );
    },
    async get(digest) {
      const [found] = await db.query<{ config: Buffer; pipeline: string }>(
        "SELECT config, pipeline FROM rendered_configs WHERE config_digest = $1",
        [digest],
      );
      if (found) return { bytes: new Uint8Array(found.config), pipeline: found.pipeline };
      const message = `No configuration with digest ${digest} was rendered here. Render the pipeline again to get one.`;
      throw phoenixError(ErrorReason.CONFIG_NOT_FOUND, message, { metadata: { config_digest: digest } });
    },
  };
}
