/** Kinds of filter that agents can move. */
export const dynamicKinds = ["top_k", "adaptive"] as const;

/** One of the kinds of filter that agents can move. */
export type DynamicKind = (typeof dynamicKinds)[number];

/** How agents move the filter of a pipeline; each setting is text of its type, or one reference `${var:name}`. */
export type DynamicDefinition = {
  kind: DynamicKind;
  /** Settings that stand beside the kind, by key. */
  settings: Readonly<Record<string, string>>;
  /** Levels of an adaptive filter, from the quietest; empty for any other. */
  levels: readonly Readonly<Record<string, string>>[];
};

/** A setting of a moving filter: its type, its range, and whether it may be left out. */
export type DynamicSetting = {
  type: "name" | "integer" | "number" | "duration" | "regex";
  /** Range of a quantity; a duration's in milliseconds. */
  minimum?: number;
  maximum?: number;
  optional?: true;
};

const always: DynamicSetting = { type: "regex", optional: true };
const hourMs = 3_600_000;
const weight: DynamicSetting = { type: "number", minimum: 0, maximum: 1000 };
const load: DynamicSetting = { type: "number", minimum: 0, maximum: 1 };

/** Settings of each kind, in the ranges of the contract (phoenix/pipelines/v1/dynamic.proto). */
export const dynamicSettings: Readonly<Record<DynamicKind, Readonly<Record<string, DynamicSetting>>>> = {
  top_k: {
    always,
    processes: { type: "integer", minimum: 1, maximum: 1000 },
    cpu_weight: weight,
    rss_weight: weight,
    io_weight: weight,
    hysteresis_ratio: { type: "number", minimum: 0, maximum: 10 },
    rank_interval: { type: "duration", minimum: 1000, maximum: hourMs, optional: true },
  },
  adaptive: {
    always,
    dwell: { type: "duration", minimum: 0, maximum: hourMs },
    observe_interval: { type: "duration", minimum: 1000, maximum: 300_000, optional: true },
  },
};

/** Settings of each level of an adaptive filter. */
export const levelSettings: Readonly<Record<string, DynamicSetting>> = {
  name: { type: "name" },
  enter_load: load,
  leave_load: load,
  cpu_floor: { type: "number", minimum: 0, maximum: 128 },
  rss_floor_mib: { type: "integer", minimum: 0, maximum: 1_048_576 },
  interval_factor: { type: "integer", minimum: 1, maximum: 60 },
  minimum_age: { type: "duration", minimum: 0, maximum: hourMs },
};
