import { type DescMessage, type JsonValue, type MessageShape, toJson } from "@bufbuild/protobuf";
import { VerdictSchema } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import {
  ArmContributorsSchema,
  ArmKpisSchema,
  BookCostSchema,
} from "@phoenix/gen/phoenix/benchmark/v1/benchmark_pb.ts";
import { CompareSourcesResponseSchema } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import { ExperimentSchema } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import type { ReportData } from "./report-data.ts";

/** The parts of a comparison in Protobuf's JSON mapping, under the keys that docs/cli.md lists; a part that is not there has no key. */
export function reportDocument(data: ReportData): Record<string, JsonValue> {
  const all = <D extends DescMessage>(key: string, schema: D, messages: readonly MessageShape<D>[]) =>
    messages.length === 0 ? {} : { [key]: messages.map((message) => toJson(schema, message)) };
  return {
    experiment: toJson(ExperimentSchema, data.experiment),
    ...all("verdicts", VerdictSchema, data.verdicts),
    ...all("kpis", ArmKpisSchema, data.kpis),
    ...all("costs", BookCostSchema, data.costs),
    ...(data.assumptions.length === 0 ? {} : { assumptions: data.assumptions }),
    ...all("contributors", ArmContributorsSchema, data.contributors),
    ...(data.sources === undefined ? {} : { sources: toJson(CompareSourcesResponseSchema, data.sources) }),
  };
}
