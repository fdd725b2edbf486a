import type { Misbehaviour } from "./misbehaviour.ts";
import type { Identity } from "./simulated-agent.ts";

/** What the bench asks of a process of agents; every order is answered once it is done. */
export type Order =
  /** Enrols hosts, `atOnce` at a time, each on its own connection. */
  | { do: "enroll"; names: string[]; secret: string; atOnce: number }
  /** Makes agents of identities; they do nothing yet. */
  | { do: "take"; identities: Identity[] }
  /** Starts the next agents that were not started yet, `atOnce` at a time, and answers when they are connected. */
  | { do: "dial"; count: number; atOnce: number }
  /** Waits until every agent is connected again, `afterMs` on the shared clock or later. */
  | { do: "await-all"; afterMs: number }
  /** `agents` of them send observations until then. */
  | { do: "observe"; agents: number; untilMs: number; rowsPerBatch: number }
  /** The first `each` agents go wrong in the first way, the next in the second. */
  | { do: "misbehave"; how: Misbehaviour[]; each: number }
  /** From now on agents say how their collectors stand before they report a task about one, as real ones do. */
  | { do: "tell-collectors" }
  /** Gives how many hosts have each batch in force. */
  | { do: "in-force" }
  /** Gives what was noted. */
  | { do: "report" };

/** What a process of agents noted since its start. */
export type Report = {
  /** When tries arrived since the last report, by batch, in milliseconds of the shared clock. */
  received: [batch: string, atMs: number[]][];
  effects: number;
  /** Tries whose effect was counted more than once. */
  doubleEffects: number;
  repeats: number;
  connected: number;
  lastWelcomeMs: number;
  acknowledgedRows: number;
  /** How sessions ended, and how often. */
  endings: Record<string, number>;
};

/** The answer to an order. */
export type Answer = { identities?: Identity[]; report?: Report; hosts?: Record<string, number>; error?: string };
