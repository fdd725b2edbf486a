import { ExperimentName } from "./experiment-name.tsx";

/** What someone asked for; an experiment in it by its name, and the way there. */
export function ApprovalSummary({ summary }: { summary: string }) {
  const experimentId = /\bexp-[a-z0-9]+\b/.exec(summary)?.[0];
  if (experimentId === undefined) return summary;
  const [before = "", after = ""] = summary.split(experimentId);
  return (
    <>
      {before}
      <ExperimentName experimentId={experimentId} />
      {after}
    </>
  );
}
