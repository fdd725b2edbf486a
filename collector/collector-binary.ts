/** Which of the five ways a collector binary was found by. */
export type CollectorSource = "env" | "path" | "cache" | "release" | "built";

/** A stock collector that runs on this machine: absolute path, version "0.160.0", and where it comes from. */
export type CollectorBinary = { path: string; version: string; source: CollectorSource };
