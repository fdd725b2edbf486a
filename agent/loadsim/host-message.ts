import type { LoadPlan } from "./load-plan.ts";
import type { CrewChange } from "./roster.ts";

/** What the agent tells the host of a simulation, once. */
export interface HostOrder {
  readonly plan: LoadPlan;
  /** Folder for the links; whoever is left last removes it. */
  readonly folder: string;
  /** The host ends by itself after this long. */
  readonly maxDurationMs: number;
}

/** What the host of a simulation tells the agent. Changes come before what follows from them. */
export type HostReport =
  | { readonly kind: "up" }
  | {
      readonly kind: "changed";
      /** In the order in which they happened. */
      readonly changes: readonly CrewChange[];
      /** Processes begun, and refused by the host, so far. */
      readonly spawned: number;
      readonly refused: number;
      /** Why the last of them was refused; empty where none was. */
      readonly refusal: string;
    }
  | { readonly kind: "running" }
  | { readonly kind: "over" }
  | { readonly kind: "failed"; readonly message: string };
