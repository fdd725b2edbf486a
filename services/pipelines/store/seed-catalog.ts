import type { PipelineDefinition } from "@phoenix/catalog";
import type { Database } from "@phoenix/platform/database";

/**
 * Puts the catalog's pipelines into the database and gives the names of those that are new or have a new
 * version. A template that some version already has is left alone, so starting again, several servers at
 * once, and servers of two releases side by side do no harm.
 */
export async function seedCatalog(db: Database, catalog: readonly PipelineDefinition[]): Promise<string[]> {
  return await db.transaction(async (tx) => {
    // Numbers are given under a lock, so two servers that start at once do not give the same one.
    await tx.query("SELECT pg_advisory_xact_lock(hashtext('phoenix.pipelines.seed'))");
    const added: string[] = [];
    for (const { name, text } of catalog) {
      const rows = await tx.query(
        `INSERT INTO pipeline_templates (name, version, template, template_digest)
         SELECT $1::text, coalesce(max(version), 0) + 1, $2::text, encode(sha256(convert_to($2, 'UTF8')), 'hex')
         FROM pipeline_templates WHERE name = $1
         ON CONFLICT (name, template_digest) DO NOTHING RETURNING version`,
        [name, text],
      );
      if (rows.length > 0) added.push(name);
    }
    return added;
  });
}
