import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createSeededRandom } from "../seeded-random.ts";
import { mutate } from "./mutate.ts";

/** What to feed to what. */
export type FuzzTarget = {
  /** Where it starts from; each is also tried as it is. */
  corpus: readonly Uint8Array[];
  /** Takes an input; throws for what must not happen. */
  take(input: Uint8Array): void | Promise<void>;
  forMs?: number;
  seed?: number;
};

/** Longest time one input of a few hundred bytes may take. */
const longestMs = 1_000;

/** The kept inputs of a decoder, from its folder in the corpus; files ending in .hex hold bytes in hexadecimal. */
export function readCorpus(decoder: string): Uint8Array[] {
  const folder = fileURLToPath(new URL(`./corpus/${decoder}/`, import.meta.url));
  return readdirSync(folder)
    .toSorted()
    .map((name) => {
      const content = readFileSync(folder + name);
      return name.endsWith(".hex") ? Buffer.from(content.toString("ascii").replaceAll(/\s/g, ""), "hex") : content;
    });
}

/**
 * Feeds damaged inputs for two seconds, the same sequence for the same seed, and
 * gives their number. Throws the first failure with the input in base64, which
 * belongs into the corpus then.
 */
export async function fuzz({ corpus, take, forMs = 2_000, seed = 1 }: FuzzTarget): Promise<number> {
  const random = createSeededRandom(seed);
  const end = performance.now() + forMs;
  let count = 0;
  while (performance.now() < end) {
    const input = corpus[count] ?? mutate(corpus, random);
    count += 1;
    const begun = performance.now();
    try {
      await take(input);
    } catch (error) {
      const kept = Buffer.from(input).toString("base64");
      throw new Error(`input ${count} of seed ${seed} (${kept}): ${(error as Error).stack}`, { cause: error });
    }
    const tookMs = performance.now() - begun;
    if (tookMs > longestMs) throw new Error(`${Buffer.from(input).toString("base64")} took ${tookMs.toFixed(0)} ms`);
  }
  return count;
}
