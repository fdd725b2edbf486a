import type { Population } from "./population.ts";

/** The value of an attribute that is there, but is not known before a run. */
export const unknownValue: unique symbol = Symbol("unknown value");

/** A population and its number, by which it is the same to all receivers. */
export type KnownPopulation = Population & { readonly id: number };

/** Whose series they are; shared by all flows of it, so that what a processor notes on it counts for all. */
export type Resource = {
  /** Attributes; one that has `process.pid` is one for each process. */
  attributes: Map<string, string | typeof unknownValue>;
  /** Undefined for the host itself. */
  population: KnownPopulation | undefined;
};

/** The series of one metric of one resource, on their way through the processors of a pipeline. */
export type Flow = {
  resource: Resource;
  metric: string;
  /** Series of one resource: each combination of its attributes. */
  combinations: number;
  /** Resources that have it in a scrape, on average; 1 for the host. */
  resources: number;
  /** Its points of equal identity were made one. */
  aggregated: boolean;
  /** Time between two scrapes. */
  intervalMs: number;
  /** Value of a point; undefined where it is not known before a run. */
  value: number | undefined;
};

/** True where each process is a resource of its own. */
export function isPerProcess({ attributes, population }: Resource): boolean {
  return population !== undefined && attributes.has("process.pid");
}
