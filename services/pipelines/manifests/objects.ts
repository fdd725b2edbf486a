import type { AccessRule } from "./needs.ts";

/** What all objects of one set have in common. */
export type Naming = {
  name: string;
  namespace: string;
  labels: Readonly<Record<string, string>>;
  /** Of these labels the ones that find the pods; they never change. */
  selector: Readonly<Record<string, string>>;
};

/** An object of Kubernetes. */
export type KubernetesObject = { apiVersion: string; kind: string } & Record<string, unknown>;

/** The names of agents, which run whatever pipeline the server says. */
export function agentNaming(name: string, namespace: string): Naming {
  const selector = { "app.kubernetes.io/name": "phoenix-agent", "app.kubernetes.io/instance": name };
  const labels = { ...selector, "app.kubernetes.io/component": "agent", "app.kubernetes.io/part-of": "phoenix" };
  return { name, namespace, selector, labels: { ...labels, "app.kubernetes.io/managed-by": "phoenix" } };
}

/** File of the configuration in its ConfigMap. */
export const configFile = "config.yaml";

/** A configuration, of a collector or of agents. */
export function configMap({ name, namespace, labels }: Naming, text: string): KubernetesObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace, labels }, data: { [configFile]: text } };
}

/** The account a pod runs under; it gets a token only where it asks the cluster's API for something. */
export function serviceAccount({ name, namespace, labels }: Naming, needsToken: boolean): KubernetesObject {
  const metadata = { name, namespace, labels };
  return { apiVersion: "v1", kind: "ServiceAccount", metadata, automountServiceAccountToken: needsToken };
}

/** What the account may ask the cluster's API for, and that it may. */
export function clusterAccess(
  { name, namespace, labels }: Naming,
  rules: readonly AccessRule[],
): [role: KubernetesObject, binding: KubernetesObject] {
  // These two belong to no namespace, so their name says whose they are.
  const metadata = { name: `${namespace}-${name}`, labels };
  const apiGroup = "rbac.authorization.k8s.io";
  const apiVersion = `${apiGroup}/v1`;
  return [
    { apiVersion, kind: "ClusterRole", metadata, rules },
    {
      apiVersion,
      kind: "ClusterRoleBinding",
      metadata,
      roleRef: { apiGroup, kind: "ClusterRole", name: metadata.name },
      subjects: [{ kind: "ServiceAccount", name, namespace }],
    },
  ];
}

/** Where the collectors' own metrics are found; headless, because each has its own to tell. */
export function metricsService({ name, namespace, labels, selector }: Naming, port: number): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace, labels },
    spec: { clusterIP: "None", selector, ports: [{ name: "metrics", port, targetPort: "metrics" }] },
  };
}
