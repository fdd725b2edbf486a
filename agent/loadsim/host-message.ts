import type { CrewMember } from "./load-crew.ts";
import type { LoadPlan } from "./load-plan.ts";

/** What the agent tells the host of a simulation, once. */
export interface HostOrder {
  readonly plan: LoadPlan;
  /** Folder for the links; whoever is left last removes it. */
  readonly folder: string;
  /** The host ends by itself after this long. */
  readonly maxDurationMs: number;
}

/** What the host of a simulation tells the agent. */
export type HostReport =
  | { readonly kind: "up" }
  | { readonly kind: "running"; readonly members: readonly CrewMember[]; readonly respawns: number }
  | { readonly kind: "over" }
  | { readonly kind: "failed"; readonly message: string };
