import type { Scenario } from "../scenario/scenario.ts";

/** What a demo shows, and what must come out for it to have done what it says. */
export type DemoScenario = {
  title: string;
  scenario: Scenario;
  /** Verdicts that are the point of the demo. */
  expected: readonly ("PROMOTE" | "REJECT" | "INCONCLUSIVE")[];
  /** Promote the candidate when the verdict is PROMOTE. */
  promotes: boolean;
};

const shared = {
  profile: "quick",
  load: { profile: "realistic", processes: 100, seed: 1 },
  mustKeep: ["postgres", "nginx", "payment-api"],
  acceptScope: true,
} as const;

/** The demos, by the name given to `--scenario`. */
export const demoScenarios: Readonly<Record<string, DemoScenario>> = {
  promote: {
    title: "a priority filter against every process: less data, nothing critical lost",
    scenario: {
      ...shared,
      mustKeep: [...shared.mustKeep],
      name: "priority filter against baseline",
      baseline: "process-baseline-v1",
      candidates: ["process-priority-filter-v1"],
    },
    expected: ["PROMOTE"],
    promotes: true,
  },
  regression: {
    title: "a candidate whose exclusion is too wide and so loses a critical process: rejected",
    scenario: {
      ...shared,
      mustKeep: [...shared.mustKeep],
      name: "priority filter with a careless exclusion",
      baseline: "process-baseline-v1",
      candidates: [{ pipeline: "process-priority-filter-v1", variables: { never: "payment-.*" } }],
    },
    expected: ["REJECT"],
    promotes: false,
  },
  tie: {
    title: "the baseline against itself: nothing to gain, never promoted",
    scenario: {
      ...shared,
      mustKeep: [...shared.mustKeep],
      name: "baseline against itself",
      baseline: "process-baseline-v1",
      candidates: ["process-baseline-v1"],
    },
    expected: ["INCONCLUSIVE", "REJECT"],
    promotes: false,
  },
};
