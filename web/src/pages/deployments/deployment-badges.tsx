import {
  type Deployment,
  DeploymentState,
  type DriftCounts,
  DriftState,
} from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import { StatusBadge, type Tone } from "../../components/status-badge.tsx";
import { formatCount, formatPercent } from "../../format/quantities.ts";

const states: Record<DeploymentState, [Tone, string]> = {
  [DeploymentState.UNSPECIFIED]: ["idle", "Unknown"],
  [DeploymentState.ROLLING_OUT]: ["busy", "Rolling out"],
  [DeploymentState.PAUSED]: ["warn", "Paused"],
  [DeploymentState.ROLLED_OUT]: ["good", "Rolled out"],
  [DeploymentState.ROLLING_BACK]: ["warn", "Rolling back"],
  [DeploymentState.ROLLED_BACK]: ["warn", "Rolled back"],
  [DeploymentState.STOPPED]: ["bad", "Stopped"],
  [DeploymentState.DELETING]: ["busy", "Being deleted"],
};

/** How hosts may stand, in the order they are shown in, with the words for it. */
export const drifts: readonly {
  state: DriftState;
  tone: Tone;
  word: string;
  count: (counts: DriftCounts) => number;
}[] = [
  { state: DriftState.IN_SYNC, tone: "good", word: "In sync", count: ({ inSync }) => inSync },
  { state: DriftState.APPLYING, tone: "busy", word: "Applying", count: ({ applying }) => applying },
  { state: DriftState.PENDING, tone: "idle", word: "Pending", count: ({ pending }) => pending },
  { state: DriftState.FAILED, tone: "bad", word: "Failed", count: ({ failed }) => failed },
  { state: DriftState.EDITED, tone: "bad", word: "Edited", count: ({ edited }) => edited },
  { state: DriftState.OVERRIDDEN, tone: "warn", word: "Overridden", count: ({ overridden }) => overridden },
  { state: DriftState.STALE, tone: "warn", word: "Stale", count: ({ stale }) => stale },
];

/** Where a deployment stands. */
export function DeploymentBadge({ state }: { state: DeploymentState }) {
  const [tone, word] = states[state] ?? states[DeploymentState.UNSPECIFIED];
  return <StatusBadge tone={tone}>{word}</StatusBadge>;
}

/** How a host stands towards what it is to run. */
export function DriftBadge({ state }: { state: DriftState }) {
  const known = drifts.find((one) => one.state === state);
  return <StatusBadge tone={known?.tone ?? "idle"}>{known?.word ?? "Unknown"}</StatusBadge>;
}

/** Hosts that do not run what is wanted although they were told, or nobody knows. */
export function DriftSummary({ counts }: { counts: DriftCounts | undefined }) {
  if (counts === undefined || counts.total === 0) return <span className="px-dim">no hosts</span>;
  const off = drifts.filter(({ tone, count }) => (tone === "bad" || tone === "warn") && count(counts) > 0);
  if (off.length === 0) return <span className="px-dim">none</span>;
  return off.map(({ state, tone, word, count }) => (
    <StatusBadge key={state} tone={tone}>
      {`${formatCount(count(counts))} ${word.toLowerCase()}`}
    </StatusBadge>
  ));
}

/** The share of series that the pipeline takes away; says so where it is not known. */
export function reductionOf({ figures }: Deployment): string {
  if (figures === undefined || figures.hosts === 0 || Number.isNaN(figures.reductionRatio)) return "not measured yet";
  return formatPercent(figures.reductionRatio);
}

/** The share of must-keep processes that are reported. */
export function retentionOf({ figures }: Deployment): string {
  if (figures === undefined || figures.hosts === 0 || Number.isNaN(figures.retentionRatio)) return "not measured yet";
  return formatPercent(figures.retentionRatio);
}
