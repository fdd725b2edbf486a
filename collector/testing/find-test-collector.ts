import { type CollectorBinary, findCollector } from "../index.ts";

let found: Promise<CollectorBinary> | undefined;

/** The collector that specs use; looked for once, which on a fresh machine can mean a build of minutes. */
export function findTestCollector(): Promise<CollectorBinary> {
  found ??= findCollector({ onProgress: (line) => console.log(`    ${line}`) });
  return found;
}
