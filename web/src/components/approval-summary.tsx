import { useQuery } from "@connectrpc/connect-query";
import { ExperimentService } from "@phoenix/gen/phoenix/controller/v1/experiment_service_pb.ts";
import { Link } from "@tanstack/react-router";

/** What someone asked for; an experiment in it by its name, and the way there. */
export function ApprovalSummary({ summary }: { summary: string }) {
  const experimentId = /\bexp-[a-z0-9]+\b/.exec(summary)?.[0];
  const { data } = useQuery(
    ExperimentService.method.getExperiment,
    { experimentId: experimentId ?? "" },
    { enabled: experimentId !== undefined },
  );
  if (experimentId === undefined) return summary;
  const [before = "", after = ""] = summary.split(experimentId);
  return (
    <>
      {before}
      <Link to={`/experiments/${experimentId}`}>{data?.experiment?.name ?? experimentId}</Link>
      {after}
    </>
  );
}
