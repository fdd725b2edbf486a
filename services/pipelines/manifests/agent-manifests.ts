import { createHash } from "node:crypto";
import type { PipelineDefinition } from "@phoenix/catalog";
import { stringify } from "yaml";
import { composeConfig } from "../model/index.ts";
import { type GivenValues, resolveVariables } from "../variables/index.ts";
import { agentDaemonSet, agentFolders } from "./agent-daemon-set.ts";
import { supportedCollector } from "./generate-manifests.ts";
import { needsOf } from "./needs.ts";
import { agentNaming, clusterAccess, configMap, serviceAccount } from "./objects.ts";
import { writeObjects } from "./remarks.ts";
import { shellWord } from "./shell-word.ts";

/** What manifests of agents are made for. */
export type AgentManifestSettings = {
  name: string;
  namespace: string;
  /** An image of the agent with a collector in it; Phoenix publishes none. */
  image: string;
  version: number;
  /** Host and port of the agent port as pods reach it. */
  controller: string;
  /** Without TLS; else the Secret has the authorities of the server's certificate. */
  insecure: boolean;
};

/** Key of the Secret with the authorities of the server's certificate. */
const authorities = "ca.crt";

/**
 * Makes the manifests that run an agent on every node, as one YAML stream whose head says how the server then brings
 * the pipeline to them. Throws INVALID_VARIABLE or INVALID_EXPRESSION, as the server would then.
 */
export function generateAgentManifests(
  definition: PipelineDefinition,
  given: GivenValues,
  settings: AgentManifestSettings,
): string {
  const { name, namespace, image, controller, insecure } = settings;
  const naming = agentNaming(name, namespace);
  const { values } = resolveVariables(definition, given);
  const needs = needsOf(composeConfig(definition, { values, remoteWriteUrl: undefined }));
  const secret = `${name}-env`;
  const config = stringify({
    controller,
    stateDir: agentFolders.state,
    labels: [`nodes=${name}`],
    ...(insecure ? { insecure } : { tlsCaFile: `${agentFolders.trust}/${authorities}` }),
  });
  const digest = createHash("sha256").update(config).digest("hex");
  const objects = [
    configMap(naming, config),
    serviceAccount(naming, needs.access.length > 0),
    ...clusterAccess(naming, needs.access),
    agentDaemonSet(naming, { image, digest, needs, secret, trust: insecure ? undefined : authorities }),
  ];
  return writeObjects(objects, headOf(definition, given, settings, secret));
}

function headOf(
  definition: PipelineDefinition,
  { variables, mustKeep }: GivenValues,
  { name, namespace, image, version, insecure }: AgentManifestSettings,
  secret: string,
): string {
  const trust = insecure ? "" : ` --from-file=${authorities}=...`;
  const order = [
    ...["phoenix", "pipeline", "deploy", `${definition.name}@${version}`, "--label", `nodes=${name}`],
    ...Object.entries(variables).flatMap(([variable, value]) => ["--var", `${variable}=${value}`]),
    ...mustKeep.flatMap((expression) => ["--must-keep", expression]),
  ];
  return `A Phoenix agent on every node, which runs ${definition.name} and moves its filter; made by Phoenix.
Phoenix publishes no image of the agent. ${image} must have on its search path:
  phoenix           the command, with its Node.js
  otelcol-contrib   the collector, ${supportedCollector}
  test, ls, sh      for the probes
Pods are root in the pid namespace of their node, so the namespace must admit privileged pods:
  kubectl label namespace ${namespace} pod-security.kubernetes.io/enforce=privileged
They wait for this Secret; a token lives a day at most, and only nodes that were never enrolled need one:
  kubectl --namespace ${namespace} create secret generic ${secret}${trust} \\
    --from-literal=PHOENIX_ENROLLMENT_TOKEN="$(phoenix host enroll-token --ttl 1d --uses 1000)"
What nodes run is the server's to say, of nodes that come later too; each keeps its last configuration without it:
  ${order.map(shellWord).join(" ")}`;
}
