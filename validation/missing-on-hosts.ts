import { formatPath, type LocatedDocument } from "@phoenix/catalog";
import type { ComponentList } from "@phoenix/collector";
import { type Finding, limitFindings } from "./finding.ts";
import { findUnknownComponents } from "./rules/index.ts";

/** Hosts whose collectors contain the same, as the controller counts them. */
export type HostGroup = {
  /** Undefined for hosts that have not told. */
  components?: ComponentList | undefined;
  collectorVersions: readonly string[];
  hostCount: number;
  /** Names of the first of them. */
  hostNames: readonly string[];
};

const mostNames = 5;

/**
 * Finds components of a document that collectors of the hosts it is for do not have: errors that name the hosts,
 * with what those collectors have instead. Hosts that have not told what theirs have make a warning.
 */
export function missingOnHosts(document: LocatedDocument, groups: readonly HostGroup[]): Finding[] {
  const silent = groups.filter(({ components }) => components === undefined);
  return [
    ...limitFindings(groups.flatMap((group) => missingOf(document, group))),
    ...(silent.length === 0 ? [] : [notTold(silent)]),
  ];
}

function missingOf(document: LocatedDocument, { components, ...hosts }: HostGroup): Finding[] {
  if (components === undefined) return [];
  const versions = hosts.collectorVersions.length === 0 ? "" : ` (${hosts.collectorVersions.join(", ")})`;
  const who = `The collector${hosts.hostCount === 1 ? "" : "s"}${versions} of ${nameHosts(hosts)} ${hosts.hostCount === 1 ? "has" : "have"}`;
  return findUnknownComponents(document.value, components, who).map(({ at, suggestion, ...finding }) => ({
    ...finding,
    suggestion: `${suggestion} Or leave these hosts out.`,
    rule: "host-component",
    path: formatPath(at),
    ...document.locate(at),
  }));
}

function notTold(groups: readonly HostGroup[]): Finding {
  const hostCount = groups.reduce((sum, group) => sum + group.hostCount, 0);
  const who = nameHosts({ hostCount, hostNames: groups.flatMap(({ hostNames }) => hostNames) });
  return {
    severity: "warning",
    rule: "host-components-unknown",
    path: "",
    line: 0,
    column: 0,
    message: `It is not known what the collector of ${who} contains.`,
    suggestion: "Start the agent there, in this version, and check again.",
  };
}

/** Names hosts, of many the first and how many more there are. */
function nameHosts({ hostCount, hostNames }: Pick<HostGroup, "hostCount" | "hostNames">): string {
  const named = hostNames.slice(0, mostNames);
  const more = hostCount - named.length;
  return [named.join(", "), ...(more > 0 ? [`${more} more`] : [])].filter((part) => part !== "").join(" and ");
}
