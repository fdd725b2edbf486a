import { type Environment, memoryLimitMib, ports } from "./environment.ts";
import type { Needs } from "./needs.ts";
import { configFile, type KubernetesObject, type Naming } from "./objects.ts";

const configFolder = "/etc/phoenix/collector";

/** What a DaemonSet is made for. */
type DaemonSetSettings = { image: string; digest: string; needs: Needs; environment: Environment };

/** One collector on every node. */
export function daemonSet(naming: Naming, { image, digest, needs, environment }: DaemonSetSettings): KubernetesObject {
  const { name, namespace, labels, selector } = naming;
  const mounts = hostMounts(needs);
  const probe = { httpGet: { path: "/", port: "health" } };
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name, namespace, labels },
    spec: {
      selector: { matchLabels: selector },
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "10%" } },
      template: {
        metadata: {
          labels,
          // Another configuration is another pod: a collector never reads half of a change.
          annotations: { "checksum/config": digest },
        },
        spec: {
          serviceAccountName: name,
          automountServiceAccountToken: needs.access.length > 0,
          ...(needs.network ? { hostNetwork: true, dnsPolicy: "ClusterFirstWithHostNet" } : {}),
          securityContext: { seccompProfile: { type: "RuntimeDefault" } },
          tolerations: [{ operator: "Exists", effect: "NoSchedule" }],
          nodeSelector: { "kubernetes.io/os": "linux" },
          terminationGracePeriodSeconds: 30,
          containers: [
            {
              name: "collector",
              image,
              args: [`--config=${configFolder}/${configFile}`],
              env: environment.variables,
              ports: [
                { name: "health", containerPort: ports.health },
                { name: "metrics", containerPort: ports.metrics },
              ],
              securityContext: securityContext(needs),
              resources: {
                requests: { cpu: "50m", memory: "128Mi" },
                // Above the collector's own limit, so that it refuses data before the kernel ends it.
                limits: { memory: `${memoryLimitMib * 1.5}Mi` },
              },
              startupProbe: { ...probe, periodSeconds: 2, failureThreshold: 30 },
              readinessProbe: { ...probe, periodSeconds: 10 },
              livenessProbe: { ...probe, periodSeconds: 15, failureThreshold: 4 },
              volumeMounts: [
                { name: "config", mountPath: configFolder, readOnly: true },
                ...mounts.map(({ name, at, propagated }) => ({
                  name,
                  mountPath: at,
                  readOnly: true,
                  ...(propagated ? { mountPropagation: "HostToContainer" } : {}),
                })),
              ],
            },
          ],
          volumes: [
            { name: "config", configMap: { name } },
            ...mounts.map(({ name, path }) => ({ name, hostPath: { path, type: "Directory" } })),
          ],
        },
      },
    },
  };
}

function hostMounts({ host, fileSystems }: Needs) {
  const all = [
    { name: "host-root", path: "/", at: "/hostfs", propagated: true, needed: fileSystems },
    { name: "host-proc", path: "/proc", at: "/hostfs/proc", propagated: false, needed: host },
    { name: "host-sys", path: "/sys", at: "/hostfs/sys", propagated: false, needed: host },
  ];
  return all.filter(({ needed }) => needed);
}

function securityContext({ processes }: Needs): Record<string, unknown> {
  const common = { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true };
  if (!processes) return { ...common, runAsNonRoot: true, runAsUser: 10001, capabilities: { drop: ["ALL"] } };
  const capabilities = { drop: ["ALL"], add: ["SYS_PTRACE", "DAC_READ_SEARCH"] };
  return { ...common, runAsUser: 0, runAsGroup: 0, capabilities };
}
