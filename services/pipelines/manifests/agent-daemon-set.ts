import { memoryLimitMib } from "./environment.ts";
import type { Needs } from "./needs.ts";
import { configFile, type KubernetesObject, type Naming } from "./objects.ts";

/** Where an agent finds what it needs in its container. */
export const agentFolders = {
  config: "/etc/phoenix/agent",
  trust: "/etc/phoenix/trust",
  /** Also on the node, so that a pod that is made anew is the same host with the same configuration. */
  state: "/var/lib/phoenix/agent",
} as const;

/** What the agent takes besides its collectors: measured at less than half of that. */
const agentMib = 256;
/** One for good, and two arms while an experiment runs. */
const collectors = 3;

/** What a DaemonSet of agents is made for. */
type AgentDaemonSetSettings = {
  image: string;
  /** Of the agent's configuration. */
  digest: string;
  needs: Needs;
  /** Name of the Secret. */
  secret: string;
  /** Its key with the authorities of the server's certificate; undefined without TLS. */
  trust: string | undefined;
};

/** One agent on every node, with its collectors as child processes in the same container. */
export function agentDaemonSet(
  { name, namespace, labels, selector }: Naming,
  { image, digest, needs, secret, trust }: AgentDaemonSetSettings,
): KubernetesObject {
  const probe = (command: string[]) => ({ exec: { command }, periodSeconds: 10, timeoutSeconds: 5 });
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name, namespace, labels },
    spec: {
      selector: { matchLabels: selector },
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "10%" } },
      template: {
        metadata: { labels, annotations: { "checksum/config": digest } },
        spec: {
          serviceAccountName: name,
          automountServiceAccountToken: needs.access.length > 0,
          hostPID: true,
          ...(needs.network ? { hostNetwork: true, dnsPolicy: "ClusterFirstWithHostNet" } : {}),
          securityContext: { seccompProfile: { type: "RuntimeDefault" } },
          tolerations: [{ operator: "Exists", effect: "NoSchedule" }],
          nodeSelector: { "kubernetes.io/os": "linux" },
          terminationGracePeriodSeconds: 60,
          containers: [
            {
              name: "agent",
              image,
              command: ["phoenix", "agent", `--config=${agentFolders.config}/${configFile}`],
              env: [
                { name: "PHOENIX_HOST_NAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
                {
                  name: "PHOENIX_ENROLLMENT_TOKEN",
                  // A node that is enrolled starts without it.
                  valueFrom: { secretKeyRef: { name: secret, key: "PHOENIX_ENROLLMENT_TOKEN", optional: true } },
                },
              ],
              securityContext: {
                runAsUser: 0,
                runAsGroup: 0,
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ["ALL"], add: ["SYS_PTRACE", "DAC_READ_SEARCH"] },
              },
              resources: {
                requests: { cpu: "100m", memory: "256Mi" },
                limits: { memory: `${agentMib + collectors * memoryLimitMib * 1.5}Mi` },
              },
              startupProbe: { ...probe(["test", "-s", `${agentFolders.state}/identity.json`]), failureThreshold: 60 },
              readinessProbe: probe(["sh", "-c", `ls ${agentFolders.state}/agent.*.held`]),
              volumeMounts: [
                { name: "config", mountPath: agentFolders.config, readOnly: true },
                { name: "state", mountPath: agentFolders.state },
                { name: "tmp", mountPath: "/tmp" },
                ...(trust === undefined ? [] : [{ name: "trust", mountPath: agentFolders.trust, readOnly: true }]),
              ],
            },
          ],
          volumes: [
            { name: "config", configMap: { name } },
            { name: "state", hostPath: { path: agentFolders.state, type: "DirectoryOrCreate" } },
            { name: "tmp", emptyDir: {} },
            ...(trust === undefined
              ? []
              : [{ name: "trust", secret: { secretName: secret, items: [{ key: trust, path: trust }] } }]),
          ],
        },
      },
    },
  };
}
