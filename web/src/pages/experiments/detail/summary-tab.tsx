import type { Verdict } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import type { Experiment } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { EmptyState } from "../../../components/empty-state.tsx";
import { Panel } from "../../../components/panel.tsx";
import { RealisedPanel } from "./realised-panel.tsx";
import { SideBySide } from "./side-by-side.tsx";
import { SpecPanel } from "./spec-panel.tsx";
import { VerdictPanel } from "./verdict-panel.tsx";

/** What came out: the verdict of each candidate, and the arms side by side. */
export function SummaryTab({
  experiment,
  verdicts,
  book,
}: {
  experiment: Experiment;
  verdicts: readonly Verdict[];
  /** Price book chosen; empty for the first. */
  book: string;
}) {
  return (
    <>
      {verdicts.length === 0 && (
        <Panel title="Verdict">
          <EmptyState
            title="Nothing was analysed yet"
            detail="The first analysis is made once both arms ran on every host for a block of windows."
          />
        </Panel>
      )}
      {verdicts.map((verdict) => (
        <VerdictPanel key={verdict.variant} experiment={experiment} verdict={verdict} />
      ))}
      <SideBySide experiment={experiment} book={book} />
      <RealisedPanel experiment={experiment} />
      <SpecPanel experiment={experiment} />
    </>
  );
}
