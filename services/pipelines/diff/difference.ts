import type { DocumentPath } from "@phoenix/catalog";

/** One difference between two documents; a side that has nothing there is undefined. */
export type Difference = {
  path: DocumentPath;
  left: unknown;
  right: unknown;
  /** Of an entry of a list where order counts: what stands behind it on the right, if anything. */
  before?: string | undefined;
};
