import type { Database } from "@phoenix/platform/database";
import { lockPipeline } from "./version-store.ts";

/** A pipeline as it ships. */
export type ShippedPipeline = {
  name: string;
  /** Text of its file. */
  text: string;
  /** Markdown. */
  readme: string;
};

/** What became of the catalog: pipelines that are new or have a new version, and those whose name users took before. */
export type SeededCatalog = { added: string[]; taken: string[] };

/**
 * Puts the catalog's pipelines into the database. A template that some version already has is left alone,
 * so starting again, several servers at once, and servers of two releases side by side do no harm; its
 * README is that of the server that began last.
 */
export async function seedCatalog(db: Database, catalog: readonly ShippedPipeline[]): Promise<SeededCatalog> {
  return await db.transaction(async (tx) => {
    const seeded: SeededCatalog = { added: [], taken: [] };
    // By name, so that two servers that start at once wait for each other and not for ever.
    for (const { name, text, readme } of catalog.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const { origin, nextVersion } = await lockPipeline(tx, name);
      if (origin === "user") {
        seeded.taken.push(name);
        continue;
      }
      const rows = await tx.query(
        `INSERT INTO pipeline_templates (name, version, template, template_digest, state, origin, readme)
         VALUES ($1, $2, $3::text, encode(sha256(convert_to($3, 'UTF8')), 'hex'), 'published', 'catalog', $4)
         ON CONFLICT (name, template_digest) WHERE origin = 'catalog' DO NOTHING RETURNING version`,
        [name, nextVersion, text, readme],
      );
      if (rows.length > 0) seeded.added.push(name);
      else {
        await tx.query(
          "UPDATE pipeline_templates SET readme = $3 WHERE name = $1 AND template = $2 AND origin = 'catalog' AND readme <> $3",
          [name, text, readme],
        );
      }
    }
    return seeded;
  });
}
