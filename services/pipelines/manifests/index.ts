// Kubernetes manifests that run a pipeline on every node. Without an agent: what its components need (needs.ts)
// decides what the collector may (daemon-set.ts, objects.ts); environment.ts fills in what its configuration leaves
// open. With one, where a filter moves: agent-manifests.ts and agent-daemon-set.ts. Pure; a spec holds the result
// against the schemas of Kubernetes.
export { generateAgentManifests } from "./agent-manifests.ts";
export { defaultImage, generateManifests } from "./generate-manifests.ts";
export { renderForNodes } from "./node-config.ts";
