import { createQueryOptions, useTransport } from "@connectrpc/connect-query";
import {
  type ForecastPipelineResponse,
  PipelineService,
} from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { useQueries } from "@tanstack/react-query";
import { useMemo } from "react";
import { type Column, DataTable } from "../../../components/data-table.tsx";
import { ErrorState } from "../../../components/error-state.tsx";
import { PageSkeleton } from "../../../components/page-skeleton.tsx";
import { Panel } from "../../../components/panel.tsx";
import { formatCount, formatPercent } from "../../../format/quantities.ts";
import { type Draft, loadOf, readExpressions, referenceOf } from "./draft.ts";
import classes from "./wizard.module.css";

type Row = { pipeline: string; forecast: ForecastPipelineResponse; reduction: number };

const columns: readonly Column<Row>[] = [
  { key: "pipeline", title: "Pipeline", cell: ({ pipeline }) => pipeline },
  {
    key: "series",
    title: "Active series a host",
    align: "end",
    cell: ({ forecast }) => formatCount(forecast.activeSeries),
  },
  {
    key: "points",
    title: "Data points a second",
    align: "end",
    cell: ({ forecast }) => formatCount(forecast.dataPointsPerSecond),
  },
  {
    key: "processes",
    title: "Processes reported",
    align: "end",
    cell: ({ forecast }) => formatCount(forecast.processes),
  },
  {
    key: "reduction",
    title: "Fewer series",
    align: "end",
    cell: ({ reduction }) => (reduction === 0 ? "" : formatPercent(reduction)),
  },
];

/** What each pipeline is expected to send from a host with the load chosen, and on what assumptions. */
export function ForecastPanel({ draft }: { draft: Draft }) {
  const transport = useTransport();
  const { profile = "", custom } = useMemo(() => loadOf(draft), [draft]);
  const arms = [draft.baseline, ...draft.candidates];
  const answers = useQueries({
    queries: arms.map((choice) => ({
      ...createQueryOptions(
        PipelineService.method.forecastPipeline,
        {
          pipeline: referenceOf(choice),
          mustKeep: readExpressions(draft.mustKeep),
          ...(custom === undefined ? { loadProfile: profile } : { customLoad: custom }),
          loadProcesses: draft.processes,
          seed: BigInt(draft.seed),
        },
        { transport },
      ),
      enabled: draft.load !== "",
      retry: false,
    })),
  });
  if (draft.load === "") {
    return (
      <Panel title="Estimated impact">
        <p className={classes.about}>
          There is no estimate without a load: what runs on the hosts is only known once it is measured there.
        </p>
      </Panel>
    );
  }
  const failed = answers.find(({ error }) => error !== null);
  const forecasts = answers.map(({ data }) => data);
  const [baseline] = forecasts;
  const rows = forecasts.flatMap((forecast, place): Row[] => {
    if (forecast === undefined || baseline === undefined) return [];
    const reduction = baseline.activeSeries === 0 ? 0 : 1 - forecast.activeSeries / baseline.activeSeries;
    return [{ pipeline: arms[place]?.name ?? "", forecast, reduction }];
  });
  const assumptions = [...new Set(rows.flatMap(({ forecast }) => forecast.assumptions))];
  return (
    <Panel
      title="Estimated impact"
      note="A forecast from the load's processes alone, one host, before anything is measured."
    >
      {failed !== undefined && <ErrorState error={failed.error} />}
      {failed === undefined && rows.length < arms.length && <PageSkeleton lines={2} />}
      {rows.length === arms.length && (
        <>
          <DataTable label="Forecast" columns={columns} rows={rows} rowKey={({ pipeline }) => pipeline} />
          <ul className={classes.about}>
            {assumptions.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </>
      )}
    </Panel>
  );
}
