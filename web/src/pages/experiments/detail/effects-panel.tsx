import type { Effect, Verdict } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { type Column, DataTable } from "../../../components/data-table.tsx";
import { Panel } from "../../../components/panel.tsx";
import { StatusBadge } from "../../../components/status-badge.tsx";
import { formatInterval, formatKpi, isGuardrail, kpiTitles } from "../figures.ts";

const columns: readonly Column<Effect>[] = [
  { key: "kpi", title: "Measured", cell: ({ kpi }) => kpiTitles[kpi] },
  { key: "baseline", title: "Baseline", align: "end", cell: ({ kpi, baselineMean }) => formatKpi(kpi, baselineMean) },
  {
    key: "candidate",
    title: "Candidate",
    align: "end",
    cell: ({ kpi, candidateMean }) => formatKpi(kpi, candidateMean),
  },
  { key: "reduction", title: "Reduction (interval)", align: "end", cell: ({ reduction }) => formatInterval(reduction) },
  {
    key: "guardrail",
    title: "Guardrail",
    cell: (effect) =>
      isGuardrail(effect) ? (
        <StatusBadge tone={effect.guardrailHolds ? "good" : "warn"}>
          {effect.guardrailHolds ? "Holds" : "Open"}
        </StatusBadge>
      ) : (
        ""
      ),
  },
];

/** Every effect with its interval, means over hosts as the analysis took them. */
export function EffectsPanel({ verdict }: { verdict: Verdict }) {
  const effects = [verdict.primary, ...verdict.effects].filter((effect) => effect !== undefined);
  if (effects.length === 0) return null;
  return (
    <Panel
      title={`Effects of ${verdict.variant}`}
      note="Means over the blocks; the first decides, guardrails must hold."
    >
      <DataTable
        label={`Effects of ${verdict.variant}`}
        columns={columns}
        rows={effects}
        rowKey={({ kpi }) => String(kpi)}
      />
    </Panel>
  );
}
