import { durationMs } from "@bufbuild/protobuf/wkt";
import { Estimator } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import {
  type Experiment,
  ExportMode,
  type LoadSpec,
  Profile,
} from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import type { ReactNode } from "react";
import { DefinitionList } from "../../../components/definition-list.tsx";
import { Panel } from "../../../components/panel.tsx";
import { formatPercent } from "../../../format/quantities.ts";
import { formatSpan } from "../../../format/times.ts";
import { armsOf } from "../figures.ts";

/** What was asked for when the experiment was written down. */
export function SpecPanel({ experiment }: { experiment: Experiment }) {
  const { spec, plan, experimentId, configDigests } = experiment;
  if (spec === undefined) return null;
  const facts: [string, ReactNode][] = [
    ["Id", <code key="id">{experimentId}</code>],
    ...armsOf(experiment).map(({ variant, pipeline }): [string, ReactNode] => [
      variant,
      <>
        {pipeline?.name}
        {pipeline?.version ? ` version ${pipeline.version}` : ""}
        {Object.entries(pipeline?.variables ?? {}).map(([name, value]) => ` ${name}=${value}`)}
        {configDigests[variant] !== undefined && <code> {configDigests[variant]?.slice(0, 12)}</code>}
      </>,
    ]),
    ["Hosts", selectorWords(spec.hosts)],
    ["Profile", spec.profile === Profile.STANDARD ? "standard" : "quick"],
    ["Must keep", spec.mustKeep.length === 0 ? "nothing was named" : spec.mustKeep.join(", ")],
    ["Load", loadWords(spec.load)],
    [
      "Export",
      spec.exportMode === ExportMode.BOTH ? "both arms to the real backends" : "shadow: the candidate to the tap alone",
    ],
    ["Worth a promotion from", formatPercent(spec.minimumReductionRatio ?? plan?.minimumReductionRatio ?? 0.2)],
    ["Overhead may grow by", formatPercent(spec.overheadMarginRatio ?? plan?.overheadMarginRatio ?? 0.1)],
    ["Decided about", spec.estimator === Estimator.FLEET_TOTAL ? "all hosts together" : "a typical host"],
    [
      "A/A period",
      spec.calibrationDuration === undefined ? "the profile's" : spanWords(durationMs(spec.calibrationDuration)),
    ],
    ["At most", spec.maxDuration === undefined ? "the profile's limit" : formatSpan(durationMs(spec.maxDuration))],
  ];
  return (
    <Panel title="What was asked for">
      <DefinitionList facts={facts} />
    </Panel>
  );
}

function selectorWords(selector: { hosts: string[]; labels: Record<string, string> } | undefined): string {
  const labels = Object.entries(selector?.labels ?? {}).map(([name, value]) => `${name}=${value}`);
  const words = [...(selector?.hosts ?? []), ...labels];
  return words.length === 0 ? "every host that is online" : words.join(", ");
}

function spanWords(ms: number): string {
  return ms === 0 ? "none" : formatSpan(ms);
}

function loadWords(load: LoadSpec | undefined): string {
  if (load === undefined) return "none";
  const count = load.processes === 0 ? "the profile's own number of" : String(load.processes);
  const name = load.custom === undefined ? load.profile : `${load.custom.name} (a profile of one's own)`;
  return `${name}, ${count} processes a host, seed ${load.seed}`;
}
