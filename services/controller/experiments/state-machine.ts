/** A phase of an experiment, as it is stored. */
export type Phase = "pending" | "initializing" | "running" | "analyzing" | "completed" | "failed" | "cancelled";

/** Something that happens to an experiment and may move its phase. */
export type PhaseEvent =
  | "start"
  | "arms_ready"
  | "arm_failed"
  | "evidence_in"
  | "stop"
  | "cancel"
  | "abandon"
  | "time_out"
  | "verdict_promote"
  | "verdict_other";

/** What has to be done, in the transaction that moves the phase. */
export type Effect = "start_load" | "start_arms" | "begin_measuring" | "hold_arms" | "stop_arms" | "record_kept";

/** A move along the table, or why there is none. */
export type Transition = { next: Phase; effects: readonly Effect[] } | { refusal: string };

/** Every phase, in the order of an experiment's life. */
export const phases: readonly Phase[] = [
  "pending",
  "initializing",
  "running",
  "analyzing",
  "completed",
  "failed",
  "cancelled",
];

/** Every event, in the order in which they usually come. */
export const phaseEvents: readonly PhaseEvent[] = [
  "start",
  "arms_ready",
  "arm_failed",
  "evidence_in",
  "stop",
  "cancel",
  "abandon",
  "time_out",
  "verdict_promote",
  "verdict_other",
];

type Row = Partial<Record<PhaseEvent, { next: Phase; effects: readonly Effect[] }>>;

/** The whole machine; `state-machine.md` draws it and a test compares the two. */
export const transitions: Readonly<Record<Phase, Row>> = {
  pending: {
    start: { next: "initializing", effects: ["start_load", "start_arms"] },
    cancel: { next: "cancelled", effects: [] },
    time_out: { next: "cancelled", effects: [] },
  },
  initializing: {
    arms_ready: { next: "running", effects: ["begin_measuring"] },
    arm_failed: { next: "failed", effects: ["stop_arms"] },
    cancel: { next: "cancelled", effects: ["stop_arms"] },
    abandon: { next: "failed", effects: ["stop_arms"] },
    time_out: { next: "failed", effects: ["stop_arms"] },
  },
  running: {
    evidence_in: { next: "analyzing", effects: [] },
    stop: { next: "analyzing", effects: [] },
    time_out: { next: "analyzing", effects: [] },
    arm_failed: { next: "failed", effects: ["stop_arms"] },
    cancel: { next: "cancelled", effects: ["stop_arms"] },
    abandon: { next: "failed", effects: ["stop_arms"] },
  },
  analyzing: {
    verdict_promote: { next: "completed", effects: ["hold_arms"] },
    verdict_other: { next: "completed", effects: ["stop_arms", "record_kept"] },
    cancel: { next: "cancelled", effects: ["stop_arms"] },
    abandon: { next: "failed", effects: ["stop_arms"] },
    time_out: { next: "failed", effects: ["stop_arms"] },
  },
  completed: {},
  failed: {},
  cancelled: {},
};

/** True when nothing moves this phase any more. */
export function isOver(phase: Phase): boolean {
  return Object.keys(transitions[phase]).length === 0;
}

/** Gives the move an event makes in a phase, or a sentence that says why it makes none and what would. */
export function decideTransition(phase: Phase, event: PhaseEvent): Transition {
  return transitions[phase][event] ?? { refusal: refusalOf(phase, event) };
}

/** Events a person may bring about by hand; a verdict is only made by an analysis. */
const eventsByHand: readonly PhaseEvent[] = ["start", "arms_ready", "stop", "cancel", "abandon"];

/** Gives the event by which a person moves a phase to another, or why no such move is legal. */
export function decideOverride(phase: Phase, wanted: Phase): { event: PhaseEvent } | { refusal: string } {
  const event = eventsByHand.find((candidate) => transitions[phase][candidate]?.next === wanted);
  if (event !== undefined) return { event };
  if (isOver(phase)) return { refusal: `${phase.toUpperCase()} is final` };
  if (wanted === "completed") return { refusal: "only an analysis completes an experiment; stop it to have one made" };
  const reachable = eventsByHand.flatMap((candidate) => transitions[phase][candidate]?.next.toUpperCase() ?? []);
  return { refusal: `from ${phase.toUpperCase()} it can be moved to ${[...new Set(reachable)].join(", ")}` };
}

/** Why an experiment whose candidates were not measured cannot be stopped. */
export const notMeasured = "nothing has been measured yet; cancel it";

function refusalOf(phase: Phase, event: PhaseEvent): string {
  if (isOver(phase)) return "it is over; create a new experiment to measure again";
  if (event === "start") return "it was started already";
  if (event === "stop" && phase === "pending") return "it was not started; cancel or delete it";
  if (event === "stop" && phase === "initializing") return notMeasured;
  if (event === "stop") return "it is being analysed already";
  return `nothing in this phase answers to "${event}"`;
}
