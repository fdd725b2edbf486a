import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { catalogFolder, loadCatalog } from "@phoenix/catalog";
import type { ShippedPipeline } from "./seed-catalog.ts";

/** Reads the catalog that ships, with the README of each pipeline. An Error names the file that cannot be read. */
export async function readShippedPipelines(): Promise<ShippedPipeline[]> {
  const catalog = await loadCatalog();
  return await Promise.all(
    catalog.map(async ({ name, text }) => ({
      name,
      text,
      readme: await readFile(join(catalogFolder, name, "README.md"), "utf8"),
    })),
  );
}
