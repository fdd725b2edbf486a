import { configDigest } from "../configs/index.ts";
import type { CollectorSpec } from "./collector-spec.ts";

/** A spec for tests, with what they want to differ. */
export function exampleSpec(different: Partial<CollectorSpec> = {}): CollectorSpec {
  return {
    collectorId: "active",
    configDigest: configDigest("a configuration"),
    pipeline: "process-baseline-v1",
    variant: "active",
    experimentId: "",
    memoryLimitMib: 256,
    windowMs: 5_000,
    scrapeIntervalMs: 5_000,
    tapUrl: "http://127.0.0.1:4318/a-secret-token",
    mustKeep: ["sshd"],
    ...different,
  };
}
