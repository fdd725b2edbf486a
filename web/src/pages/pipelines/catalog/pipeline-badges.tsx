import { PipelineOrigin, PipelineState } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_pb.ts";
import { StatusBadge } from "../../../components/status-badge.tsx";

/** Where a version stands. */
export function PipelineStateBadge({ state }: { state: PipelineState }) {
  if (state === PipelineState.PUBLISHED) return <StatusBadge tone="good">published</StatusBadge>;
  if (state === PipelineState.VALIDATED) return <StatusBadge tone="busy">validated</StatusBadge>;
  return <StatusBadge tone="warn">draft</StatusBadge>;
}

/** Where a pipeline comes from, in words. */
export function originOf({ origin, author }: { origin: PipelineOrigin; author: string }): string {
  if (origin === PipelineOrigin.CATALOG) return "ships with Phoenix";
  return author === "" ? "added here" : `added by ${author}`;
}
