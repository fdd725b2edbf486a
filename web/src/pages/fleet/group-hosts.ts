import type { Host } from "@phoenix/gen/phoenix/controller/v1/fleet_pb.ts";

/** Hosts with one value of a label. */
export type HostGroup = { name: string; hosts: Host[] };

/** The names of all labels that hosts have, sorted. */
export function labelNames(hosts: readonly Host[]): string[] {
  return [...new Set(hosts.flatMap(({ labels }) => Object.keys(labels)))].toSorted();
}

/** Hosts by the value of a label, largest group first; those without it come last. All in one without a label. */
export function groupHosts(hosts: readonly Host[], label: string): HostGroup[] {
  if (label === "") return [{ name: "All hosts", hosts: [...hosts] }];
  const groups = new Map<string, Host[]>();
  const without: Host[] = [];
  for (const host of hosts) {
    const value = host.labels[label];
    if (value === undefined) without.push(host);
    else groups.set(value, [...(groups.get(value) ?? []), host]);
  }
  const named = [...groups]
    .map(([value, members]) => ({ name: `${label}=${value}`, hosts: members }))
    .toSorted((a, b) => b.hosts.length - a.hosts.length || a.name.localeCompare(b.name));
  return without.length === 0 ? named : [...named, { name: `without ${label}`, hosts: without }];
}
