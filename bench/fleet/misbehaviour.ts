/**
 * How an agent can go wrong. `slow-reader` reads nothing; `silent` says nothing
 * after its Hello; `flapping` breaks its connection at every heartbeat;
 * `duplicating` says each report three times; `reordering` says the end of a
 * task before its beginning; `hostile` sends bytes that are no message.
 * `half-open` is done to whole processes, which are stopped: their connections
 * stay, and nobody answers.
 */
export const misbehaviours = ["slow-reader", "silent", "flapping", "duplicating", "reordering", "hostile"] as const;

/** One way to go wrong. */
export type Misbehaviour = (typeof misbehaviours)[number];
