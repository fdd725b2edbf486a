import { useQuery } from "@connectrpc/connect-query";
import { Button } from "@mantine/core";
import type { Pipeline } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_pb.ts";
import { PipelineService } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { useState } from "react";
import { Panel } from "../../../components/panel.tsx";
import { QueryView } from "../../../components/query-view.tsx";
import { StatusBadge } from "../../../components/status-badge.tsx";
import { FindingList } from "../catalog/finding-list.tsx";
import { countFindings } from "../data/findings.ts";

/** Has the server check a version when it is asked to. */
export function CheckPanel({ pipeline: { name, version } }: { pipeline: Pipeline }) {
  const [asked, setAsked] = useState(false);
  const subject = { case: "pipeline", value: { name, version } } as const;
  const query = useQuery(
    PipelineService.method.validatePipeline,
    { subject },
    { enabled: asked, refetchInterval: false },
  );
  return (
    <Panel
      title="Check"
      note="The rules first, then the collector's own judgement."
      aside={
        <Button
          size="xs"
          variant="default"
          loading={query.isFetching}
          onClick={() => (asked ? void query.refetch() : setAsked(true))}
        >
          {asked ? "Check again" : "Check it"}
        </Button>
      }
    >
      {asked && (
        <QueryView query={query} lines={1}>
          {({ valid, findings, collectorAsked }) => (
            <>
              <p>
                <StatusBadge tone={valid ? "good" : "bad"}>{valid ? "valid" : "not valid"}</StatusBadge>{" "}
                {countFindings(findings)} {judgement(valid, collectorAsked)}
              </p>
              <FindingList findings={findings} />
            </>
          )}
        </QueryView>
      )}
    </Panel>
  );
}

function judgement(valid: boolean, collectorAsked: boolean): string {
  if (!collectorAsked) return "The collector was not asked.";
  return valid ? "The collector accepts it." : "The collector was asked too.";
}
