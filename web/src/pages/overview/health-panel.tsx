import type { HostCount } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { Panel } from "../../components/panel.tsx";
import { StatusBadge, type Tone } from "../../components/status-badge.tsx";
import { formatCount } from "../../format/quantities.ts";
import { countHealth, totalOf } from "./fleet-cost.ts";
import classes from "./overview.module.css";

/** How many hosts are how. */
export function HealthPanel({ counts }: { counts: readonly HostCount[] }) {
  const { healthy, unhealthy, lost, departed, enrolled } = countHealth(counts);
  const total = totalOf(counts);
  const rows: [Tone, string, number][] = [
    ["good", "Online, collectors healthy", healthy],
    ["bad", "Online, a collector is not", unhealthy],
    ["bad", "Lost without a word", lost],
    ["warn", "Said goodbye", departed],
    ["idle", "Never connected", enrolled],
  ];
  return (
    <Panel title="Hosts by health">
      {total === 0 ? (
        <EmptyState title="There are no hosts yet" />
      ) : (
        <div className={classes.health}>
          {rows.map(([tone, title, count]) => (
            <Row key={title} tone={tone} title={title} count={count} of={total} />
          ))}
        </div>
      )}
    </Panel>
  );
}

function Row({ tone, title, count, of }: { tone: Tone; title: string; count: number; of: number }) {
  return (
    <>
      <StatusBadge tone={count === 0 ? "idle" : tone}>{title}</StatusBadge>
      <span className={classes.bar} aria-hidden>
        <span className={classes.fill} data-tone={tone} style={{ width: `${(count / of) * 100}%` }} />
      </span>
      <span className="px-num">{formatCount(count)}</span>
    </>
  );
}
