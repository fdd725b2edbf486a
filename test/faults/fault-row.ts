import type { FaultSite } from "./site.ts";

/** One fault, injected into a site that works, with what has to hold afterwards. */
export type FaultRow = {
  /** The fault, as docs/faults.md names it. */
  name: string;
  /** Too long for every run of the tests: run by `npm run test:faults` alone. */
  long?: boolean;
  /** Injects the fault and checks what is particular to it; gives what was seen, in one line. */
  run(site: FaultSite): Promise<string>;
};

/** Rows that share a site, one after the other. */
export type FaultGroup = {
  name: string;
  /** Controllers of the site. */
  replicas: number;
  rows: readonly FaultRow[];
};
