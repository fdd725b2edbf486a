import { useQuery } from "@connectrpc/connect-query";
import { Textarea } from "@mantine/core";
import { ExperimentService } from "@phoenix/gen/phoenix/controller/v1/experiment_service_pb.ts";
import { PipelineService } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { Panel } from "../../../components/panel.tsx";
import { StatusBadge } from "../../../components/status-badge.tsx";
import { type Draft, readExpressions } from "./draft.ts";
import { matchExpressions } from "./match-expression.ts";
import { ownLoad, readOwnLoad } from "./own-load.ts";
import type { StepProps } from "./step-props.ts";
import classes from "./wizard.module.css";

/** Names shown of those that match. */
const shown = 12;

/** Processes that must stay visible, tried on the names that are known before it runs. */
export function MustKeepStep({ draft, change }: StepProps) {
  const names = useKnownNames(draft);
  const matches = matchExpressions(readExpressions(draft.mustKeep), names);
  return (
    <Panel
      title="Must keep"
      note="Processes whose loss rejects the candidate. Each expression matches whole process names; what really runs is asked of /proc on every host while it is measured."
    >
      <Textarea
        label="Expressions, one a line"
        placeholder={"postgres\nnginx\npayment-.*"}
        value={draft.mustKeep}
        autosize
        minRows={4}
        maxRows={14}
        onChange={(event) => change({ mustKeep: event.currentTarget.value })}
      />
      {matches.length === 0 ? (
        <p className={classes.about}>Without any, no process is checked.</p>
      ) : (
        <ul className={classes.match} data-testid="must-keep-match">
          {matches.map(({ text, fault, matches: found }) => (
            <li key={text}>
              <code>{text}</code>{" "}
              {fault === undefined ? (
                <StatusBadge tone={found.length > 0 ? "good" : "idle"}>
                  {found.length > 0 ? `matches ${found.length}` : "matches none known"}
                </StatusBadge>
              ) : (
                <StatusBadge tone="bad">cannot be used</StatusBadge>
              )}{" "}
              {fault ?? `${found.slice(0, shown).join(", ")}${found.length > shown ? ", …" : ""}`}
            </li>
          ))}
        </ul>
      )}
      <p className={classes.about}>
        {`Tried on ${names.length} names: those of the load chosen, and must-keep processes that earlier experiments saw. The hosts themselves may run more.`}
      </p>
    </Panel>
  );
}

/** Names of processes that the server can tell of before anything runs. */
function useKnownNames({ load, ownLoad: text }: Draft): string[] {
  const profiles = useQuery(PipelineService.method.listLoadProfiles, {}, { enabled: load !== "" && load !== ownLoad });
  const experiments = useQuery(ExperimentService.method.listExperiments, { pageSize: 100 });
  const shipped = profiles.data?.profiles.find(({ name }) => name === load);
  const profile = load === ownLoad ? readOwnLoad(text).profile : shipped;
  const roles = [...(profile?.anchors ?? []), ...(profile?.others ?? []), ...(profile?.shortLived ?? [])];
  const seen = (experiments.data?.experiments ?? []).flatMap(({ verdicts }) =>
    verdicts.flatMap(({ retention }) => retention?.processNames ?? []),
  );
  return [...new Set([...roles.map(({ name }) => name), ...seen])].toSorted();
}
