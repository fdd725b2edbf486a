import type { Draft } from "./draft.ts";

/** What every step is given. */
export type StepProps = {
  draft: Draft;
  change: (change: Partial<Draft>) => void;
};
