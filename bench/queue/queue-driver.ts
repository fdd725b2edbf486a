/** What is done for a job. */
export type Job = (batch: string) => void | Promise<void>;

/** A queue over a PostgreSQL database of its own, its worker in this process or, where its language is another, a process of its own. */
export type QueueDriver = {
  /** Adds jobs in one transaction, by the queue's own way to add many. Each carries `batch`. */
  add(batch: string, count: number): Promise<void>;
  /** Starts the worker. */
  start(): Promise<void>;
  /** The job: called when one begins; it is done when this resolves. The last one given counts. */
  onJob(job: Job): void;
  /** Jobs that are not over yet. */
  left(): Promise<number>;
  stop(): Promise<void>;
};

/** A queue to measure. */
export type Queue = {
  name: string;
  /** What differs from its defaults, for the reader. */
  settings: string;
  /** Of the jobs of a burn-down it is given one in so many, and nothing else is measured: for ways that are not meant for speed. */
  shareOfJobs?: number;
  /** Its version, where it is no package of this workspace. */
  version?(): string;
  /** Why it cannot be measured on this machine; undefined where it can. */
  missing?(): Promise<string | undefined>;
  /** Prepares the schema in an empty database, or finds it prepared. */
  open(url: string): Promise<QueueDriver>;
  /** Gives back what opening took besides the drivers. */
  close?(): Promise<void>;
};
