import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { type CollectorFigures, CollectorFiguresSchema } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import type { Queryable } from "@phoenix/platform/database";

/** Figures of one host, measured this long ago by the controller's clock. */
export type HostFigures = {
  hostId: string;
  figures: readonly CollectorFigures[];
  agoMs: (of: CollectorFigures) => number;
};

// Hosts that were removed meanwhile are left out; older figures never replace newer ones.
const store = `
  insert into collector_figures as known (host_id, collector_id, measured_at, input_points_per_second,
    output_points_per_second, active_series, retention_ratio, cpu_ratio, rss_bytes)
  select host_id, collector_id, now() - ago_ms * interval '1 millisecond', input, output, series, retention, cpu, rss
  from unnest($1::text[], $2::text[], $3::double precision[], $4::double precision[], $5::double precision[],
    $6::bigint[], $7::double precision[], $8::double precision[], $9::bigint[])
    as said (host_id, collector_id, ago_ms, input, output, series, retention, cpu, rss)
  join hosts using (host_id)
  order by host_id, collector_id
  on conflict (host_id, collector_id) do update set measured_at = excluded.measured_at,
    input_points_per_second = excluded.input_points_per_second,
    output_points_per_second = excluded.output_points_per_second, active_series = excluded.active_series,
    retention_ratio = excluded.retention_ratio, cpu_ratio = excluded.cpu_ratio, rss_bytes = excluded.rss_bytes
  where excluded.measured_at > known.measured_at`;

const read = `
  select host_id, collector_id, measured_at, input_points_per_second, output_points_per_second, active_series,
    retention_ratio, cpu_ratio, rss_bytes
  from collector_figures where host_id = any($1) order by host_id, collector_id`;

const prune = `delete from collector_figures where measured_at < now() - $1 * interval '1 millisecond'`;

type Row = {
  host_id: string;
  collector_id: string;
  measured_at: Date;
  input_points_per_second: number | null;
  output_points_per_second: number;
  active_series: string;
  retention_ratio: number | null;
  cpu_ratio: number;
  rss_bytes: string;
};

const unknown = -1;
const largest = 2n ** 63n - 1n;

/** Stores figures of many hosts in one statement, one entry a host; figures that cannot be are left out. */
export async function storeFigures(q: Queryable, hosts: readonly HostFigures[]): Promise<void> {
  const rows = hosts.flatMap(({ hostId, figures, agoMs }) =>
    // One row a collector, whatever an agent says twice.
    [...new Map(figures.filter(isSound).map((one) => [one.collectorId, one])).values()].map((one) => ({
      ...one,
      hostId,
      agoMs: agoMs(one),
    })),
  );
  if (rows.length === 0) return;
  await q.query(store, [
    rows.map(({ hostId }) => hostId),
    rows.map(({ collectorId }) => collectorId),
    rows.map(({ agoMs }) => agoMs),
    rows.map(({ inputPointsPerSecond }) => (inputPointsPerSecond === unknown ? null : inputPointsPerSecond)),
    rows.map(({ outputPointsPerSecond }) => outputPointsPerSecond),
    rows.map(({ activeSeries }) => activeSeries.toString()),
    rows.map(({ retentionRatio }) => (retentionRatio === unknown ? null : retentionRatio)),
    rows.map(({ cpuRatio }) => cpuRatio),
    rows.map(({ rssBytes }) => rssBytes.toString()),
  ]);
}

/**
 * Gives what the collectors of hosts outside experiments brought in and sent out
 * when they were measured last, by host id; hosts without figures are absent.
 * `measureTime` is by the controller's clock: how old is still of use is the reader's to say.
 */
export async function readFigures(q: Queryable, hostIds: readonly string[]): Promise<Map<string, CollectorFigures[]>> {
  const byHost = new Map<string, CollectorFigures[]>();
  for (const row of await q.query<Row>(read, [hostIds])) {
    const known = byHost.get(row.host_id) ?? [];
    byHost.set(row.host_id, [...known, fromRow(row)]);
  }
  return byHost;
}

/** Maintenance: forgets what was measured longer ago than this. */
export async function pruneFigures(q: Queryable, keepMs: number): Promise<void> {
  await q.query(prune, [keepMs]);
}

function fromRow(row: Row): CollectorFigures {
  return create(CollectorFiguresSchema, {
    collectorId: row.collector_id,
    measureTime: timestampFromDate(row.measured_at),
    inputPointsPerSecond: row.input_points_per_second ?? unknown,
    outputPointsPerSecond: row.output_points_per_second,
    activeSeries: BigInt(row.active_series),
    retentionRatio: row.retention_ratio ?? unknown,
    cpuRatio: row.cpu_ratio,
    rssBytes: BigInt(row.rss_bytes),
  });
}

/** One host's nonsense must not cost the others their row. */
function isSound(one: CollectorFigures): boolean {
  const { inputPointsPerSecond, outputPointsPerSecond, retentionRatio, cpuRatio, activeSeries, rssBytes } = one;
  const isAmount = (value: number): boolean => Number.isFinite(value) && value >= 0;
  return (
    (inputPointsPerSecond === unknown || isAmount(inputPointsPerSecond)) &&
    (retentionRatio === unknown || (isAmount(retentionRatio) && retentionRatio <= 1)) &&
    isAmount(outputPointsPerSecond) &&
    isAmount(cpuRatio) &&
    activeSeries <= largest &&
    rssBytes <= largest
  );
}
