import { createClient } from "@connectrpc/connect";
import { useTransport } from "@connectrpc/connect-query";
import { ExperimentService } from "@phoenix/gen/phoenix/controller/v1/experiment_service_pb.ts";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { DefinitionList } from "../../../components/definition-list.tsx";
import { ErrorState } from "../../../components/error-state.tsx";
import { PageSkeleton } from "../../../components/page-skeleton.tsx";
import { Panel } from "../../../components/panel.tsx";
import { formatSpan } from "../../../format/times.ts";
import { type Choice, type Draft, loadOf, nameOf, readExpressions, specOf } from "./draft.ts";
import { ForecastPanel } from "./forecast-panel.tsx";
import classes from "./wizard.module.css";

/** The whole draft, checked by the server as if it were to be written down. */
export function ReviewStep({ draft }: { draft: Draft }) {
  const transport = useTransport();
  const check = useQuery({
    queryKey: ["experiment-check", draft],
    queryFn: () =>
      createClient(ExperimentService, transport).createExperiment({
        name: nameOf(draft),
        spec: specOf(draft),
        validateOnly: true,
      }),
    retry: false,
    staleTime: 0,
  });
  const facts: [string, ReactNode][] = [
    ["Name", nameOf(draft)],
    ["Hosts", hostWords(draft)],
    ["Baseline", pipelineWords(draft.baseline)],
    ["Candidates", draft.candidates.map(pipelineWords).join(", ")],
    ["Load", loadWords(draft)],
    ["Must keep", readExpressions(draft.mustKeep).join(", ") || "nothing was named"],
    ["Profile", draft.profile],
    ["Worth a promotion from", `${draft.minimumReduction} %`],
    ["Growth of the collector allowed", `${draft.overheadMargin} %`],
    ["Decided about", draft.estimator === "fleet-total" ? "all hosts together" : "a typical host"],
  ];
  const answer = check.data?.experiment;
  const warnings = (answer?.phaseReason ?? "").split(/(?=Warning: )/).filter((part) => part.startsWith("Warning: "));
  return (
    <>
      <Panel title="Review">
        {check.isPending && <PageSkeleton lines={2} />}
        {check.error !== null && <ErrorState error={check.error} retry={() => void check.refetch()} />}
        {warnings.map((text) => (
          <p key={text} className={classes.warning}>
            {text}
          </p>
        ))}
        {answer !== undefined && (
          <p role="status" data-testid="check-ok">
            The server has checked hosts, pipelines and expressions, and the collector accepts both configurations. The
            experiment is over after {formatSpan(answer.secondsRemaining * 1_000)} at the latest, usually much sooner.
          </p>
        )}
        <DefinitionList facts={facts} />
      </Panel>
      <ForecastPanel draft={draft} />
    </>
  );
}

function pipelineWords({ name, version }: Choice): string {
  return version === 0 ? name : `${name}, version ${version}`;
}

function loadWords(draft: Draft): string {
  if (draft.load === "") return "none";
  const { profile, custom } = loadOf(draft);
  const name = custom === undefined ? (profile ?? "one of your own") : `${custom.name}, one of your own`;
  return `${name}; ${draft.processes || "its own number of"} processes a host`;
}

function hostWords({ hostMode, hosts, labels }: Draft): string {
  if (hostMode === "names") return hosts.join(", ");
  return hostMode === "labels" ? `with ${labels}` : "every host that is online";
}
