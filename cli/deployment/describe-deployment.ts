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
import { enumWord, formatAge, formatCount, formatDigest, formatPercent } from "../output/quantities.ts";
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
export function describeVersion({ version, pipeline, configDigest, quarantined }: DeploymentVersion): string {
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

/** "107 of 2,369 series each scrape (-95.5 %), must-keep 100 %". */
export function describeFigures(figures: DeploymentFigures): string {
  const { inputSeries, outputSeries, reductionRatio, retentionRatio, hosts } = figures;
  const less = Number.isNaN(reductionRatio)
    ? formatCount(outputSeries)
    : `${formatCount(outputSeries)} of ${formatCount(inputSeries)}, ${formatPercent(reductionRatio)} less`;
  const kept = Number.isNaN(retentionRatio) ? "" : `, ${formatPercent(retentionRatio)} of must-keep processes reported`;
  return `${less} series each scrape${kept}${hosts > 1 ? `, from ${hosts} hosts` : ""}`;
}

/** Hosts of a deployment as a table. */
export function hostTable(hosts: readonly DeploymentHost[]): string {
  return renderTable(
    ["host", "drift", "since", "step", "wanted", "running", "collector", "series", "why"],
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
      host.figures === undefined ? "" : formatCount(host.figures.outputSeries),
      host.detail.split("\n")[0] ?? "",
    ]),
    "It has no hosts.",
  );
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
