import { ExperimentPhase } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import type { ReportData } from "./report-data.ts";

/** What to say where nothing is measured, by phase. */
export function emptyState({ experiment }: ReportData): string {
  const { experimentId, phase } = experiment;
  const follow = `Follow it with \`phoenix experiment status ${experimentId} --watch\`.`;
  switch (phase) {
    case ExperimentPhase.PENDING:
      return "Nothing is measured yet: it was not started.";
    case ExperimentPhase.INITIALIZING:
      return `Nothing is measured yet: its arms are being started. ${follow}`;
    case ExperimentPhase.RUNNING:
      return `Nothing is measured yet: figures come with the first windows after the warm-up. ${follow}`;
    default:
      return `Nothing was measured. See why with \`phoenix experiment events ${experimentId}\`.`;
  }
}
