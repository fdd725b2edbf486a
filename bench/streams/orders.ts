/** What the bench of streams asks of its processes; every order is answered once it is done. */
export type ServerOrder =
  /** Pushes to streams drawn at random, at this rate. */
  | { do: "push"; rate: number; seconds: number }
  /** Pushes to every stream at once. */
  | { do: "broadcast" }
  /** Streams held now. */
  | { do: "count" };

/** The same of the process of clients. */
export type ClientOrder =
  /** Opens streams, `atOnce` at a time, and keeps them: each comes back by itself. */
  | { do: "open"; count: number; atOnce: number }
  /** Waits until every stream was greeted after this time of the shared clock. */
  | { do: "await-all"; afterMs: number }
  /** Gives how long each message took that came since the last time. */
  | { do: "latencies" };

/** What is answered. */
export type Answer = { count?: number; lastGreetingMs?: number; latenciesMs?: number[]; port?: number; error?: string };
