import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { type DeploymentFigures, DeploymentFiguresSchema } from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import type { Queryable } from "@phoenix/platform/database";
import { activeCollectorId } from "../fleet/index.ts";
import type { CollectorFiguresView } from "./host-view.ts";

/** Figures of a collector, and its scrape interval in seconds. */
export type FiguresOfHost = Omit<CollectorFiguresView, "agoMs"> & { intervalSeconds: number };

/**
 * Adds the figures of hosts up; null for none. A host whose collector does not say
 * what comes in counts on one side only. Both sides are counted in the same way, in
 * points over the same scrapes, so that processes that come and go meanwhile are no
 * difference between them.
 */
export function addFigures(hosts: readonly FiguresOfHost[]): DeploymentFigures | null {
  if (hosts.length === 0) return null;
  const sum = (of: (host: FiguresOfHost) => number, among = hosts): number =>
    among.reduce((total, host) => total + of(host), 0);
  const known = hosts.filter((host) => host.inputPointsPerSecond !== null);
  // A series gives one point in each scrape.
  const inputSeries = sum((host) => host.inputPointsPerSecond! * host.intervalSeconds, known);
  const reduction = inputSeries > 0 ? 1 - sum(outputSeriesOf, known) / inputSeries : Number.NaN;
  const kept = hosts.flatMap((host) => host.retentionRatio ?? []);
  const oldest = new Date(Math.min(...hosts.map((host) => host.measuredTime.getTime())));
  return create(DeploymentFiguresSchema, {
    inputSeries,
    outputSeries: sum(outputSeriesOf),
    reductionRatio: reduction,
    dataPointsPerSecond: sum((host) => host.outputPointsPerSecond),
    retentionRatio: kept.length === 0 ? Number.NaN : kept.reduce((total, ratio) => total + ratio, 0) / kept.length,
    hosts: hosts.length,
    oldestTime: timestampFromDate(oldest),
  });
}

/** Series sent each scrape; where the time between two is not known, those that were seen. */
function outputSeriesOf({ outputPointsPerSecond, intervalSeconds, activeSeries }: FiguresOfHost): number {
  return intervalSeconds > 0 ? outputPointsPerSecond * intervalSeconds : activeSeries;
}

const read = `
  SELECT d.deployment_id, f.measured_at, f.input_points_per_second, f.output_points_per_second, f.active_series,
    f.retention_ratio, v.interval_seconds
  FROM deployment_hosts d
  JOIN collector_figures f ON f.host_id = d.host_id AND f.collector_id = '${activeCollectorId}'
    AND (d.applied_time IS NULL OR f.measured_at > d.applied_time)
  JOIN deployment_versions v ON v.deployment_id = d.deployment_id AND v.version = d.applied_version
  WHERE d.deployment_id = ANY ($1) AND f.measured_at > now() - $2 * interval '1 millisecond'`;

/** Reads what the collectors of deployments bring in and send out; those without fresh figures of what they run are absent. */
export async function readDeploymentFigures(
  q: Queryable,
  deploymentIds: readonly string[],
  freshMs: number,
): Promise<Map<string, DeploymentFigures>> {
  const rows = await q.query<{
    deployment_id: string;
    measured_at: Date;
    input_points_per_second: number | null;
    output_points_per_second: number;
    active_series: string;
    retention_ratio: number | null;
    interval_seconds: number;
  }>(read, [deploymentIds, freshMs]);
  const groups = Map.groupBy(rows, (row) => row.deployment_id);
  return new Map(
    [...groups].map(([deploymentId, group]) => [
      deploymentId,
      addFigures(
        group.map((row) => ({
          measuredTime: row.measured_at,
          inputPointsPerSecond: row.input_points_per_second,
          outputPointsPerSecond: row.output_points_per_second,
          activeSeries: Number(row.active_series),
          retentionRatio: row.retention_ratio,
          intervalSeconds: row.interval_seconds,
        })),
      )!,
    ]),
  );
}
