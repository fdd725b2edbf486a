import { CollectorState } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import {
  type Deployment,
  type DeploymentFigures,
  type DeploymentHost,
  DeploymentState,
  type DeploymentVersion,
  type DriftCounts,
  DriftState,
} from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import { enumWord, formatAge, formatCount, formatDigest, formatPercent } from "@phoenix/report/quantities";
import { renderFacts, renderTable } from "../output/table.ts";

/** Where a deployment stands, as people read it: "rolling out" for instance. */
export function stateWord(state: DeploymentState): string {
  return enumWord(DeploymentState, state).toLowerCase().replaceAll("_", " ");
}

/** How a host stands, as people read it: "in sync" for instance. */
export function driftWord(drift: DriftState): string {
  return enumWord(DriftState, drift).toLowerCase().replaceAll("_", " ");
}

/** A deployment in lines. */
export function describeDeployment(deployment: Deployment): string {
  const { wanted, previous, counts, selector } = deployment;
  const labels = Object.entries(selector?.labels ?? {}).map(([name, value]) => `${name}=${value}`);
  return renderFacts([
    ["Name", deployment.name],
    ["Id", deployment.deploymentId],
    ["State", stateWord(deployment.state)],
    ["", ""],
    ["Why", deployment.stateReason],
    ["Version", wanted === undefined ? "" : describeVersion(wanted)],
    ["Before it", previous === undefined ? "" : describeVersion(previous)],
    ["Step", deployment.step === 0 ? "" : `${deployment.step} of ${deployment.steps}`],
    ["Hosts", counts === undefined ? "" : describeCounts(counts)],
    ["Selected", [...(selector?.hosts ?? []), ...labels].join(", ") || "every host that belongs to no other"],
    ["Must keep", deployment.mustKeep.join(", ")],
    ["Figures", deployment.figures === undefined ? "" : describeFigures(deployment.figures)],
    ["Repairs drift", deployment.repairDrift ? "by itself" : ""],
    ["Changed", formatAge(deployment.updateTime)],
  ]);
}

/** "3 (process-topk-v1@1, 0123456789ab)". */
function describeVersion({ version, pipeline, configDigest, quarantined }: DeploymentVersion): string {
  const digest = `${formatDigest(configDigest)}${quarantined ? ", quarantined" : ""}`;
  return `${version} (${pipeline?.name}@${pipeline?.version}, ${digest})`;
}

/** "12: 10 in sync, 2 applying". */
export function describeCounts(counts: DriftCounts): string {
  const named = [
    [counts.inSync, "in sync"],
    [counts.pending, "pending"],
    [counts.applying, "applying"],
    [counts.failed, "failed"],
    [counts.stale, "stale"],
    [counts.edited, "edited"],
    [counts.overridden, "overridden"],
  ] as const;
  const parts = named.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  return parts.length === 0 ? "0" : `${counts.total}: ${parts.join(", ")}`;
}

/** "340 of 1,020 series each scrape (66.7 % less), 68 points/s sent, 100.0 % of must-keep processes reported, measured 5 s ago". */
function describeFigures(figures: DeploymentFigures): string {
  const { outputSeries, inputSeries, reductionRatio, dataPointsPerSecond, retentionRatio, hosts, oldestTime } = figures;
  const series = Number.isNaN(reductionRatio)
    ? `${formatCount(outputSeries)} series each scrape`
    : `${formatCount(outputSeries)} of ${formatCount(inputSeries)} series each scrape (${changeWords(reductionRatio)})`;
  return [
    series,
    `${formatCount(dataPointsPerSecond)} points/s sent`,
    Number.isNaN(retentionRatio) ? "" : `${formatPercent(retentionRatio)} of must-keep processes reported`,
    hosts === 1 ? "" : `from ${hosts} hosts`,
    `measured ${formatAge(oldestTime)}`,
  ]
    .filter((part) => part !== "")
    .join(", ");
}

function changeWords(reductionRatio: number): string {
  return `${formatPercent(Math.abs(reductionRatio))} ${reductionRatio < 0 ? "more" : "less"}`;
}

/** Hosts of a deployment as a table. */
export function hostTable(hosts: readonly DeploymentHost[]): string {
  return renderTable(
    ["host", "drift", "since", "step", "wanted", "running", "collector", ...figureColumns, "why"],
    hosts.map((host) => [
      host.hostName,
      driftWord(host.drift),
      formatAge(host.sinceTime),
      String(host.step),
      host.wantedDigest === "" ? "" : `${host.wantedVersion} ${formatDigest(host.wantedDigest)}`,
      formatDigest(host.runningDigest),
      host.collectorState === CollectorState.UNSPECIFIED
        ? "none"
        : enumWord(CollectorState, host.collectorState).toLowerCase().replaceAll("_", " "),
      ...figureCells(host.figures),
      host.detail.split("\n")[0] ?? "",
    ]),
    "It has no hosts.",
  );
}

/** Series each scrape before and after processors, how many fewer, points sent per second, retention, age of all that. */
const figureColumns = ["in", "out", "less", "points/s", "kept", "measured"];

function figureCells(figures: DeploymentFigures | undefined): string[] {
  if (figures === undefined) return figureColumns.map(() => "");
  const { inputSeries, outputSeries, reductionRatio, dataPointsPerSecond, retentionRatio, oldestTime } = figures;
  const known = !Number.isNaN(reductionRatio);
  return [
    known ? formatCount(inputSeries) : "",
    formatCount(outputSeries),
    known ? formatPercent(reductionRatio) : "",
    formatCount(dataPointsPerSecond),
    Number.isNaN(retentionRatio) ? "" : formatPercent(retentionRatio),
    formatAge(oldestTime),
  ];
}

/** Versions of a deployment as a table. */
export function versionTable(versions: readonly DeploymentVersion[]): string {
  return renderTable(
    ["version", "pipeline", "digest", "age", "by", "reason", "outcome"],
    versions.map((version) => [
      String(version.version),
      `${version.pipeline?.name}@${version.pipeline?.version}`,
      `${formatDigest(version.configDigest)}${version.quarantined ? " quarantined" : ""}`,
      formatAge(version.createTime),
      version.actor,
      version.reason,
      version.outcome,
    ]),
    "It has no versions.",
  );
}
