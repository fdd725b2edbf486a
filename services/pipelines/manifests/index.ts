// Kubernetes manifests that run a pipeline on every node without an agent: what its components need
// (needs.ts) decides what the collector may (daemon-set.ts, objects.ts); environment.ts fills in what its
// configuration leaves open. Pure; a spec holds the result against the schemas of Kubernetes.
export { defaultImage, generateManifests } from "./generate-manifests.ts";
export { renderForNodes } from "./node-config.ts";
