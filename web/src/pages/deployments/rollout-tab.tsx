import { durationMs } from "@bufbuild/protobuf/wkt";
import type { Deployment, RolloutGates } from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import { DeploymentState } from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import { IconCheck } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { DefinitionList } from "../../components/definition-list.tsx";
import { LabelList } from "../../components/label-list.tsx";
import { Panel } from "../../components/panel.tsx";
import { Stat, StatGrid } from "../../components/stat.tsx";
import { TimeText } from "../../components/time-text.tsx";
import { formatCount, formatCounted, formatDigest, formatPercent } from "../../format/quantities.ts";
import { formatSpan } from "../../format/times.ts";
import { DriftBadge, drifts, reductionOf, retentionOf } from "./deployment-badges.tsx";
import classes from "./deployments.module.css";
import { stepsOf } from "./steps-of.ts";

/** How far the version is, under which gates, and what its collectors do. */
export function RolloutTab({ deployment }: { deployment: Deployment }) {
  const { figures, counts, stateReason } = deployment;
  return (
    <>
      <Panel title="Steps" note={stateReason}>
        <Steps deployment={deployment} />
        {counts !== undefined && counts.total > 0 && (
          <ul className={classes.counts} aria-label="Hosts by how they stand">
            {drifts
              .filter(({ count }) => count(counts) > 0)
              .map(({ state, count }) => (
                <li key={state} className={classes.count}>
                  <DriftBadge state={state} /> {formatCounted(count(counts), "host")}
                </li>
              ))}
          </ul>
        )}
      </Panel>
      <Panel
        title="What it does"
        note={
          figures === undefined || figures.hosts === 0
            ? "Its collectors are measured about once a minute; nothing has come in yet."
            : `Over ${formatCounted(figures.hosts, "host")} with fresh figures.`
        }
      >
        <StatGrid>
          <Stat
            label="Fewer series"
            value={reductionOf(deployment)}
            help="One minus the series sent, divided by the series its receivers bring in."
            note={
              figures !== undefined && figures.hosts > 0
                ? `${formatCount(figures.outputSeries)} sent of ${formatCount(figures.inputSeries)} brought in`
                : undefined
            }
          />
          <Stat
            label="Retention"
            value={retentionOf(deployment)}
            help="Share of must-keep processes that are still reported."
          />
          {figures !== undefined && figures.hosts > 0 && (
            <Stat
              label="Sent"
              value={formatCount(figures.dataPointsPerSecond)}
              unit="data points/s"
              note={
                <>
                  oldest figure from <TimeText time={figures.oldestTime} relative />
                </>
              }
            />
          )}
        </StatGrid>
      </Panel>
      <Panel title="What is wanted">
        <Wanted deployment={deployment} />
      </Panel>
      <Panel title="Gates" note="Counted over the hosts told so far; the first that fails stops the step.">
        <Gates gates={deployment.gates} stopOnly={deployment.strategy?.stopOnly ?? false} />
      </Panel>
    </>
  );
}

function Steps({ deployment }: { deployment: Deployment }) {
  const { step, steps, state } = deployment;
  if (steps === 0) return <p className="px-dim">It has no steps: no host is meant, or the hosts are told at once.</p>;
  const isThrough = state === DeploymentState.ROLLED_OUT;
  return (
    <ol className={classes.steps}>
      {stepsOf(deployment).map(({ number, hosts }) => {
        const stand = isThrough || number < step ? "done" : number === step ? "here" : "ahead";
        return (
          <li
            key={number}
            className={classes.step}
            data-stand={stand}
            aria-current={stand === "here" ? "step" : undefined}
          >
            <span className={classes.mark} aria-hidden>
              {stand === "done" ? <IconCheck size={13} stroke={3} /> : number}
            </span>
            <span>
              <span className={classes.stepName}>
                Step {number}
                {stand === "here" && <span className="px-visually-hidden"> (under way)</span>}
                {stand === "done" && <span className="px-visually-hidden"> (done)</span>}
              </span>
              {hosts !== undefined && <span className={classes.stepHosts}>{formatCounted(hosts, "host")} in all</span>}
            </span>
          </li>
        );
      })}
    </ol>
  );
}

function Wanted({ deployment }: { deployment: Deployment }) {
  const { wanted, selector, strategy, mustKeep, repairDrift, createTime } = deployment;
  const variables = Object.entries(wanted?.pipeline?.variables ?? {});
  return (
    <DefinitionList
      facts={[
        [
          "Pipeline",
          wanted?.pipeline === undefined ? (
            ""
          ) : (
            <>
              <Link to={`/pipelines/${wanted.pipeline.name}`}>{wanted.pipeline.name}</Link> version{" "}
              {wanted.pipeline.version}
            </>
          ),
        ],
        ["Variables", variables.map(([name, value]) => `${name} = ${value}`).join(", ")],
        ["Configuration", <code key="digest">{formatDigest(wanted?.configDigest ?? "")}</code>],
        ["Asked for by", wanted === undefined ? "" : [wanted.actor, wanted.reason].filter(Boolean).join(": ")],
        ["Hosts named", selector?.hosts.join(", ")],
        [
          "Hosts with labels",
          Object.keys(selector?.labels ?? {}).length > 0 ? (
            <LabelList key="labels" labels={selector?.labels ?? {}} />
          ) : (
            ""
          ),
        ],
        [
          "Hosts",
          selector === undefined || (selector.hosts.length === 0 && Object.keys(selector.labels).length === 0)
            ? "every host that belongs to no other deployment"
            : "",
        ],
        ["Must keep", mustKeep.length === 0 ? "" : <code key="keep">{mustKeep.join("  ")}</code>],
        ["A step is watched", strategy?.dwell === undefined ? "1 min" : formatSpan(durationMs(strategy.dwell))],
        ["Drift", repairDrift ? "is repaired without asking" : "is shown and left to a person"],
        ["Made", <TimeText key="made" time={createTime} />],
      ]}
    />
  );
}

/** What holds where nothing was asked for, as the contract says. */
const gateDefaults = {
  maximumFailedRatio: 0.2,
  maximumDisconnectedRatio: 0.2,
  maximumWrongDigestRatio: 0.2,
  maximumUnhealthyRatio: 0.1,
  minimumRetentionRatio: 1,
};

function Gates({ gates, stopOnly }: { gates: RolloutGates | undefined; stopOnly: boolean }) {
  const ratio = (name: keyof typeof gateDefaults): string => formatPercent(gates?.[name] ?? gateDefaults[name]);
  return (
    <DefinitionList
      facts={[
        ["Refused", `at most ${ratio("maximumFailedRatio")} of the hosts`],
        ["Lost within five minutes", `at most ${ratio("maximumDisconnectedRatio")} of the hosts`],
        ["Running something else", `at most ${ratio("maximumWrongDigestRatio")} of the hosts after ten minutes`],
        ["Collector not healthy", `at most ${ratio("maximumUnhealthyRatio")} of the hosts`],
        ["Retention", `at least ${ratio("minimumRetentionRatio")}`],
        [
          "When one fails",
          stopOnly ? "the roll-out stops and waits for a person" : "the hosts go back to the version before",
        ],
      ]}
    />
  );
}
