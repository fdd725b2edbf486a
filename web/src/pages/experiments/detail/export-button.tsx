import { type DescMessage, type MessageShape, toJson } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import { useTransport } from "@connectrpc/connect-query";
import { Button } from "@mantine/core";
import { AnalyticsService } from "@phoenix/gen/phoenix/analytics/v1/analytics_service_pb.ts";
import { VerdictSchema } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import {
  ArmContributorsSchema,
  ArmKpisSchema,
  BookCostSchema,
  KpiSeriesSchema,
} from "@phoenix/gen/phoenix/benchmark/v1/benchmark_pb.ts";
import { BenchmarkService } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import { type Experiment, ExperimentSchema } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { IconDownload } from "@tabler/icons-react";
import { useState } from "react";
import { toastError } from "../../../components/toast.tsx";
import { countedTime } from "../figures.ts";

/** Saves what the page shows as JSON, in the layout of `phoenix experiment export` without its panel and events. */
export function ExportButton({ experiment }: { experiment: Experiment }) {
  const transport = useTransport();
  const [busy, setBusy] = useState(false);
  const save = async (): Promise<void> => {
    setBusy(true);
    try {
      const document = await gather(experiment, transport);
      download(`${experiment.experimentId}.json`, `${JSON.stringify(document, null, 2)}\n`);
    } catch (error) {
      toastError("The experiment could not be exported", error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button
      variant="default"
      loading={busy}
      leftSection={<IconDownload size={16} aria-hidden />}
      onClick={() => void save()}
    >
      Export JSON
    </Button>
  );
}

async function gather(experiment: Experiment, transport: Parameters<typeof createClient>[1]): Promise<object> {
  const { experimentId, plan, measureTime, endTime, productionIntervalSeconds } = experiment;
  const benchmark = createClient(BenchmarkService, transport);
  const { verdicts } = await createClient(AnalyticsService, transport).getVerdict({ experimentId });
  const head = {
    layout: "phoenix.experiment/v1",
    exportTime: new Date().toISOString(),
    experiment: toJson(ExperimentSchema, experiment),
    ...all("verdicts", VerdictSchema, verdicts),
  };
  if (measureTime === undefined) return head;
  const time = { experimentId, ...countedTime(experiment) };
  const counted = { ...time, warmupWindows: plan?.warmupWindows ?? 0 };
  const [kpis, cost, contributors, series] = await Promise.all([
    benchmark.calculateKpis(counted),
    benchmark.getCostAnalysis({ ...counted, blockWindows: plan?.blockWindows ?? 0, productionIntervalSeconds }),
    benchmark.getTopContributors({ ...time, limit: 20 }),
    benchmark.getKpiSeries({ experimentId, ...(endTime && { endTime }) }),
  ]);
  return {
    ...head,
    ...all("kpis", ArmKpisSchema, kpis.arms),
    ...all("costs", BookCostSchema, cost.books),
    assumptions: cost.assumptions,
    ...all("contributors", ArmContributorsSchema, contributors.arms),
    ...all("kpiSeries", KpiSeriesSchema, series.series),
  };
}

function all<D extends DescMessage>(key: string, schema: D, messages: readonly MessageShape<D>[]) {
  return messages.length === 0 ? {} : { [key]: messages.map((message) => toJson(schema, message)) };
}

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
