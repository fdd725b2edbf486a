import { walkText } from "@phoenix/catalog";
import type { CollectorConfig } from "../model/index.ts";

/** A variable of a container. */
export type EnvironmentVariable = { name: string; value?: string; valueFrom?: Record<string, unknown> };

/** What a container gets, and the keys of the Secret that someone must make for it. */
export type Environment = { variables: EnvironmentVariable[]; secretKeys: string[] };

/** Ports a collector answers on in its pod. */
export const ports = { health: 13133, metrics: 8888 } as const;

/** Memory at which a collector begins to refuse data, in MiB. */
export const memoryLimitMib = 256;

const reference = /\$\{env:([A-Za-z_][A-Za-z0-9_]*)(:-[^}]*)?\}/g;

/**
 * Finds a value for every variable that a configuration refers to: facts of the node and the pod, the
 * backend, and for whatever else has no default a key of the Secret.
 */
export function environmentOf(
  config: CollectorConfig,
  given: { secret: string; remoteWriteUrl: string | undefined },
): Environment {
  const known: Readonly<Record<string, Omit<EnvironmentVariable, "name">>> = {
    PHX_HOST_ID: fieldOf("spec.nodeName"),
    PHX_HOST_NAME: fieldOf("spec.nodeName"),
    PHX_POD_IP: fieldOf("status.podIP"),
    PHX_VARIANT: { value: "active" },
    PHX_HEALTH_PORT: { value: String(ports.health) },
    PHX_METRICS_PORT: { value: String(ports.metrics) },
    PHX_MEM_LIMIT_MIB: { value: String(memoryLimitMib) },
    ...(given.remoteWriteUrl === undefined ? {} : { PHX_REMOTE_WRITE_URL: { value: literal(given.remoteWriteUrl) } }),
  };
  const needed = new Map<string, boolean>();
  walkText(config, (text) => {
    // A doubled dollar is a literal one, not a reference.
    for (const [, name = "", otherwise] of text.replaceAll("$$", "").matchAll(reference)) {
      needed.set(name, (needed.get(name) ?? false) || otherwise === undefined);
    }
  });
  const variables: EnvironmentVariable[] = [];
  const secretKeys: string[] = [];
  for (const [name, required] of needed) {
    const value = known[name];
    if (value !== undefined) variables.push({ name, ...value });
    else if (required) {
      variables.push({ name, valueFrom: { secretKeyRef: { name: given.secret, key: name } } });
      secretKeys.push(name);
    }
  }
  // Go counts only what it holds itself, so it begins to collect well below the collector's limit.
  variables.push({ name: "GOMEMLIMIT", value: `${Math.round(memoryLimitMib * 0.8)}MiB` });
  return { variables, secretKeys };
}

/** The URL of a backend as pods can reach it; undefined for one on the loopback of this machine. */
export function reachableUrl(url: string | undefined): string | undefined {
  if (url === undefined) return undefined;
  const { hostname } = new URL(url);
  return /^(localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1?\])$/.test(hostname) ? undefined : url;
}

function fieldOf(fieldPath: string): Omit<EnvironmentVariable, "name"> {
  return { valueFrom: { fieldRef: { fieldPath } } };
}

/** Kubernetes expands `$(NAME)` in a value; `$$` is one literal `$`. */
function literal(value: string): string {
  return value.replaceAll("$", "$$$$");
}
