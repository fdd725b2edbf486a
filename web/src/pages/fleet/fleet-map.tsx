import { useInfiniteQuery } from "@connectrpc/connect-query";
import { Select } from "@mantine/core";
import type { Host, HostState } from "@phoenix/gen/phoenix/controller/v1/fleet_pb.ts";
import { FleetService } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import { keepPreviousData } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { EmptyState } from "../../components/empty-state.tsx";
import { Filters } from "../../components/filters.tsx";
import { healthOf, type Standing } from "../../components/fleet-badges.tsx";
import { Panel } from "../../components/panel.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { StatusBadge } from "../../components/status-badge.tsx";
import { formatCount, formatCounted } from "../../format/quantities.ts";
import classes from "./fleet.module.css";
import { groupHosts, labelNames } from "./group-hosts.ts";
import { HostSquares } from "./host-squares.tsx";

/** Pages of the largest size that are read; a larger fleet is looked at by labels. */
const mostPages = 10;
const pageSize = 500;

/** Every host as a small square, by a label, coloured by how it stands. */
export function FleetMap({
  wanted,
  group,
  onGroup,
}: {
  wanted: { labels: Record<string, string>; states: HostState[] };
  /** Name of the label; empty for one group of all. */
  group: string;
  onGroup: (next: string) => void;
}) {
  const [looked, setLooked] = useState<Host>();
  const query = useInfiniteQuery(
    FleetService.method.listHosts,
    { pageSize, pageToken: "", ...wanted },
    {
      pageParamKey: "pageToken",
      getNextPageParam: (last, all) => (all.length < mostPages && last.nextPageToken ? last.nextPageToken : undefined),
      placeholderData: keepPreviousData,
    },
  );
  const { hasNextPage, isFetching, fetchNextPage } = query;
  useEffect(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  return (
    <QueryView query={query}>
      {({ pages }) => {
        const hosts = pages.flatMap((page) => page.hosts);
        if (hosts.length === 0) return <EmptyState title="No host is like this" />;
        const names = labelNames(hosts);
        return (
          <>
            <Filters>
              <Select
                label="Group by"
                placeholder="Nothing"
                data={group === "" || names.includes(group) ? names : [...names, group]}
                value={group === "" ? null : group}
                clearable
                clearButtonProps={{ "aria-label": "Do not group" }}
                onChange={(next) => onGroup(next ?? "")}
              />
            </Filters>
            <Legend hosts={hosts} />
            <p className={classes.looked} role="status">
              {looked === undefined ? "Look at a square to see its host." : sayHost(looked)}
            </p>
            {pages.length === mostPages && pages.at(-1)?.nextPageToken !== "" && (
              <p className="px-dim">
                These are the first {formatCount(mostPages * pageSize)} hosts by name. Filter by labels to see others.
              </p>
            )}
            {groupHosts(hosts, group).map(({ name, hosts: members }) => (
              <Panel key={name} title={name} aside={<span className="px-dim">{sayGroup(members)}</span>}>
                <HostSquares label={name} hosts={members} onLook={setLooked} />
              </Panel>
            ))}
          </>
        );
      }}
    </QueryView>
  );
}

function Legend({ hosts }: { hosts: readonly Host[] }) {
  const counts = new Map<string, { standing: Standing; count: number }>();
  for (const host of hosts) {
    const standing = healthOf(host);
    const known = counts.get(standing[1]);
    counts.set(standing[1], { standing, count: (known?.count ?? 0) + 1 });
  }
  return (
    <ul className={classes.legend} aria-label="Hosts by health">
      {[...counts.values()].map(({ standing: [tone, word], count }) => (
        <li key={word} className={classes.legendEntry}>
          <span className={classes.square} data-tone={tone} aria-hidden />
          <StatusBadge tone={tone}>{word}</StatusBadge> {formatCounted(count, "host")}
        </li>
      ))}
    </ul>
  );
}

function sayGroup(hosts: readonly Host[]): string {
  const bad = hosts.filter((host) => healthOf(host)[0] === "bad").length;
  return bad === 0 ? formatCounted(hosts.length, "host") : `${formatCounted(hosts.length, "host")}, ${bad} in trouble`;
}

function sayHost(host: Host): string {
  const runs = host.activePipeline === undefined ? "runs no pipeline" : `runs ${host.activePipeline.pipeline}`;
  return `${host.facts?.hostName || host.hostId}: ${healthOf(host)[1]}, ${runs}`;
}
