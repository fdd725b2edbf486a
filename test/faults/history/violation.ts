/** The invariants, by their names in `docs/faults.md`. */
export type Invariant = "I1" | "I2" | "I3" | "I4" | "I5" | "I6";

/** An invariant that does not hold, and what shows it. */
export type Violation = { invariant: Invariant; words: string };
