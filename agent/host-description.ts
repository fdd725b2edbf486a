import { create } from "@bufbuild/protobuf";
import { type HostFacts, HostFactsSchema } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import packageFacts from "./package.json" with { type: "json" };
import { readHostFacts } from "./probes/index.ts";

/** What the controller is told of the collector of a host: its version, and the digest of its components or "". */
export type CollectorFacts = { version: string; componentsDigest: string };

/** The host as the controller is told of it. */
export function describeHost(hostName: string, collector: CollectorFacts): HostFacts {
  const { os, arch, cpuCount, memoryBytes, bootId } = readHostFacts();
  return create(HostFactsSchema, {
    hostName,
    os,
    arch,
    cpuCount,
    memoryBytes: BigInt(memoryBytes),
    bootId,
    agentVersion: packageFacts.version,
    collectorVersion: collector.version,
    collectorComponentsDigest: collector.componentsDigest,
  });
}
