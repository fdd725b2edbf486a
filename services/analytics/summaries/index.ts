/**
 * What analytics keeps: the plan each experiment's first analysis fixed, and the
 * newest verdict on each candidate with what it stands on. Promises that a final verdict sticks: one
 * statement decides, so two replicas cannot disagree. Making verdicts is
 * verdict/'s.
 */
export type { Evidence } from "./evidence.ts";
export {
  createSummaryStore,
  type FixedPlan,
  type NewSummary,
  type Summary,
  type SummaryStore,
} from "./summary-store.ts";
