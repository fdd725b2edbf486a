import type { Queryable } from "@phoenix/platform/database";
import { activeCollectorId } from "./active-pipeline-record.ts";
import { type HostState, hostTables } from "./host-record.ts";

/** Hosts that are alike in how they are and what they run. */
export type HostCount = {
  state: HostState;
  /** Each collector is healthy or was told to stop. */
  collectorsWell: boolean;
  /** What they run outside experiments, where that is what they are to run; empty for the others. */
  pipeline: string;
  /** The experiment that promoted it; empty for none. */
  experimentId: string;
  hosts: number;
};

const count = `
  with told as (
    select s.state, runs.wanted and a.pipeline is not null as runs, a.pipeline, a.experiment_id, well.collectors_well
    from ${hostTables},
      lateral (select coalesce(bool_or(c ->> 'collectorId' = $2 and c ->> 'configDigest' = a.config_digest), false) as wanted
        from jsonb_array_elements(s.collectors) c) runs,
      lateral (select coalesce(bool_and(c ->> 'state' in ('COLLECTOR_STATE_HEALTHY', 'COLLECTOR_STATE_STOPPED')), true)
          as collectors_well
        from jsonb_array_elements(s.collectors) c) well
    where cardinality($1::jsonb[]) = 0 or h.labels @> any($1::jsonb[])
  )
  select state, collectors_well, case when runs then pipeline else '' end as pipeline,
    case when runs then coalesce(experiment_id, '') else '' end as experiment_id, count(*)::integer as hosts
  from told group by 1, 2, 3, 4 order by hosts desc, 1, 2, 3, 4`;

/** Counts the hosts that have all labels of one of these sets; with no set, all hosts. */
export async function countHosts(
  q: Queryable,
  anyOf: readonly Readonly<Record<string, string>>[],
): Promise<HostCount[]> {
  type Row = {
    state: HostState;
    collectors_well: boolean;
    pipeline: string;
    experiment_id: string;
    hosts: number;
  };
  const rows = await q.query<Row>(count, [anyOf.map((labels) => JSON.stringify(labels)), activeCollectorId]);
  return rows.map(({ collectors_well: collectorsWell, experiment_id: experimentId, ...row }) => ({
    ...row,
    collectorsWell,
    experimentId,
  }));
}
