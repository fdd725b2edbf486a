import type { PipelineDefinition } from "@phoenix/catalog";
import { daemonSet } from "./daemon-set.ts";
import { environmentOf, ports, reachableUrl } from "./environment.ts";
import { needsOf } from "./needs.ts";
import type { NodeConfig } from "./node-config.ts";
import { clusterAccess, configMap, metricsService, type Naming, serviceAccount } from "./objects.ts";
import { writeObjects } from "./remarks.ts";

/** What manifests are made for. */
export type ManifestSettings = {
  name: string;
  namespace: string;
  image: string;
  version: number;
  /** The server's backend; one on the loopback of the server is left for the cluster to give. */
  remoteWriteUrl: string | undefined;
};

/** The release of the collector that Phoenix is tested with. */
export const supportedCollector = "0.160.0";

/** The same as its contrib image. */
export const defaultImage = `otel/opentelemetry-collector-contrib:${supportedCollector}`;

/** Makes the manifests that run a configuration on every node, as one YAML stream. */
export function generateManifests(
  definition: PipelineDefinition,
  { config, text, digest }: NodeConfig,
  settings: ManifestSettings,
): string {
  const naming = namingOf(definition, settings);
  const { name, namespace } = naming;
  const needs = needsOf(config);
  const secret = `${name}-env`;
  const environment = environmentOf(config, { secret, remoteWriteUrl: reachableUrl(settings.remoteWriteUrl) });
  const objects = [
    configMap(naming, text),
    serviceAccount(naming, needs.access.length > 0),
    ...clusterAccess(naming, needs.access),
    daemonSet(naming, { image: settings.image, digest, needs, environment }),
    metricsService(naming, ports.metrics),
  ];
  const head = [`${definition.name} version ${settings.version} on every node, made by Phoenix.`];
  if (environment.secretKeys.length > 0) {
    const literals = environment.secretKeys.map((key) => `--from-literal=${key}=...`).join(" ");
    head.push(
      "The pods wait for this Secret:",
      `  kubectl --namespace ${namespace} create secret generic ${secret} ${literals}`,
    );
  }
  return writeObjects(objects, head.join("\n"));
}

function namingOf(definition: PipelineDefinition, { name, namespace, version }: ManifestSettings): Naming {
  const selector = { "app.kubernetes.io/name": "phoenix-collector", "app.kubernetes.io/instance": name };
  const labels = {
    ...selector,
    "app.kubernetes.io/component": "collector",
    "app.kubernetes.io/part-of": "phoenix",
    "app.kubernetes.io/managed-by": "phoenix",
    // A label's value ends in a letter or a digit; a pipeline's name need not.
    "phoenix/pipeline": definition.name.replace(/-+$/, ""),
    "phoenix/pipeline-version": String(version),
  };
  return { name, namespace, labels, selector };
}
