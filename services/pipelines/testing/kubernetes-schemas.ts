import { validate as daemonSet } from "kubernetes-models/_schemas/IoK8sApiAppsV1DaemonSet";
import { validate as configMap } from "kubernetes-models/_schemas/IoK8sApiCoreV1ConfigMap";
import { validate as service } from "kubernetes-models/_schemas/IoK8sApiCoreV1Service";
import { validate as serviceAccount } from "kubernetes-models/_schemas/IoK8sApiCoreV1ServiceAccount";
import { validate as clusterRole } from "kubernetes-models/_schemas/IoK8sApiRbacV1ClusterRole";
import { validate as clusterRoleBinding } from "kubernetes-models/_schemas/IoK8sApiRbacV1ClusterRoleBinding";

/** A compiled schema; what it minds is on the function afterwards. */
type Schema = ((data: unknown) => boolean) & {
  errors?: { instancePath: string; message?: string; keyword: string; params: unknown }[] | null;
};

const schemas: Readonly<Record<string, unknown>> = {
  "v1 ConfigMap": configMap,
  "v1 Service": service,
  "v1 ServiceAccount": serviceAccount,
  "apps/v1 DaemonSet": daemonSet,
  "rbac.authorization.k8s.io/v1 ClusterRole": clusterRole,
  "rbac.authorization.k8s.io/v1 ClusterRoleBinding": clusterRoleBinding,
};

/**
 * Says what is wrong with an object by the schemas of Kubernetes 1.36 (those of kubernetes-models 5.1.0),
 * unknown fields included: those are what the schema never looked at.
 */
export function findManifestFaults(object: { apiVersion?: string; kind?: string }): string[] {
  const name = `${object.apiVersion} ${object.kind}`;
  const schema = schemas[name] as Schema | undefined;
  if (schema === undefined) return [`there is no schema for ${name}`];
  const unread = new Map<object, Set<string>>();
  const valid = schema(recordReads(object, unread));
  const faults = valid ? [] : (schema.errors ?? []).map((error) => `${error.instancePath} ${error.keyword}`);
  // After a fault the rest may not have been looked at.
  return valid ? [...unread.values()].flatMap((keys) => [...keys].map((key) => `unknown field ${key}`)) : faults;
}

function recordReads(value: unknown, unread: Map<object, Set<string>>): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => recordReads(item, unread));
  const copy = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, recordReads(item, unread)]));
  const keys = new Set(Object.keys(copy));
  const proxy = new Proxy(copy, {
    get(target, key) {
      keys.delete(String(key));
      return Reflect.get(target, key) as unknown;
    },
  });
  unread.set(proxy, keys);
  return proxy;
}
