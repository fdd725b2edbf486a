import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import type { ExperimentService } from "@phoenix/gen/phoenix/controller/v1/experiment_service_pb.ts";
import type { Database } from "@phoenix/platform/database";
import type { EventFeed } from "../events/index.ts";
import type { ExperimentSettings, RenderDeps } from "../experiments/index.ts";
import { createActCalls } from "./experiment-acts.ts";
import { createRecordCalls } from "./experiment-records.ts";
import { type AnalyticsDeps, createSavingCalls } from "./realised-saving.ts";
import { createVerdictCalls } from "./verdict-acts.ts";

/** What the service needs. */
export interface ExperimentServiceOptions extends RenderDeps, AnalyticsDeps {
  db: Database;
  feed: EventFeed;
  settings: ExperimentSettings;
  clock: () => Date;
  /** Names the caller of a call, for the record. */
  callerOf: (context: HandlerContext) => string;
}

/** Creates the service of experiments, as users see it. */
export function createExperimentService(options: ExperimentServiceOptions): ServiceImpl<typeof ExperimentService> {
  const { feed } = options;
  return {
    ...createRecordCalls(options),
    ...createActCalls(options),
    ...createVerdictCalls(options),
    ...createSavingCalls(options),
    async *streamExperimentEvents(query, context) {
      for await (const event of feed.stream(query, context.signal)) yield { event };
    },
  };
}
