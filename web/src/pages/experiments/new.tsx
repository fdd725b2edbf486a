/**
 * Puts an experiment together in six steps; any step can be gone back to. The
 * server checks the whole draft before it is written down.
 */
import { createClient } from "@connectrpc/connect";
import { useTransport } from "@connectrpc/connect-query";
import { Button } from "@mantine/core";
import { ExperimentService } from "@phoenix/gen/phoenix/controller/v1/experiment_service_pb.ts";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { EmptyState } from "../../components/empty-state.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { toastDone, toastError } from "../../components/toast.tsx";
import { newRequestId } from "../../data/request-id.ts";
import { useMay } from "../../data/use-session.ts";
import { readLabels } from "../../format/labels.ts";
import { type Draft, nameOf, newDraft, readExpressions, specOf } from "./wizard/draft.ts";
import { HostsStep } from "./wizard/hosts-step.tsx";
import { LoadStep } from "./wizard/load-step.tsx";
import { matchExpressions } from "./wizard/match-expression.ts";
import { MustKeepStep } from "./wizard/must-keep-step.tsx";
import { ownLoad, readOwnLoad } from "./wizard/own-load.ts";
import { PipelinesStep } from "./wizard/pipelines-step.tsx";
import { ProfileStep } from "./wizard/profile-step.tsx";
import { ReviewStep } from "./wizard/review-step.tsx";
import type { StepProps } from "./wizard/step-props.ts";
import classes from "./wizard/wizard.module.css";

type Step = {
  title: string;
  Body: (props: StepProps) => React.ReactNode;
  /** The draft has what this step is for. */
  done: (draft: Draft) => boolean;
};

const steps: readonly Step[] = [
  {
    title: "Hosts",
    Body: HostsStep,
    done: ({ hostMode, hosts, labels }) => {
      if (hostMode === "names") return hosts.length > 0;
      return hostMode === "online" || Object.keys(readLabels(labels) ?? {}).length > 0;
    },
  },
  {
    title: "Pipelines",
    Body: PipelinesStep,
    done: ({ baseline, candidates }) => baseline.name !== "" && candidates.every(({ name }) => name !== ""),
  },
  {
    title: "Load",
    Body: LoadStep,
    done: ({ load, ownLoad: text }) => load !== ownLoad || readOwnLoad(text).profile !== undefined,
  },
  {
    title: "Must keep",
    Body: MustKeepStep,
    done: ({ mustKeep }) => matchExpressions(readExpressions(mustKeep), []).every(({ fault }) => fault === undefined),
  },
  { title: "Profile", Body: ProfileStep, done: () => true },
  { title: "Review", Body: ReviewStep, done: () => true },
];

/** The page that makes an experiment. */
export default function NewExperimentPage() {
  const search = useSearch({ strict: false }) as { baseline?: string; candidate?: string; host?: string };
  const [draft, setDraft] = useState(() => newDraft(search));
  const [at, setAt] = useState(0);
  const transport = useTransport();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [busy, setBusy] = useState<"create" | "start">();
  // One for each draft: pressing again after a lost answer does not make a second experiment.
  const requestId = useRef({ of: draft, id: newRequestId() });
  const mayCreate = useMay(ExperimentService.method.createExperiment);
  const mayStart = useMay(ExperimentService.method.startExperiment);
  const step = steps[at];
  const open = steps.findIndex(({ done }) => !done(draft));
  const reachable = open < 0 ? steps.length - 1 : open;

  const create = async (start: boolean): Promise<void> => {
    setBusy(start ? "start" : "create");
    if (requestId.current.of !== draft) requestId.current = { of: draft, id: newRequestId() };
    const { id } = requestId.current;
    const client = createClient(ExperimentService, transport);
    try {
      const { experiment } = await client.createExperiment({
        requestId: id,
        name: nameOf(draft),
        spec: specOf(draft),
      });
      const experimentId = experiment?.experimentId ?? "";
      if (start) await client.startExperiment({ requestId: `${id}-start`, experimentId });
      toastDone(start ? "The experiment is being started." : "The experiment is written down.");
      await queries.invalidateQueries();
      await navigate({ to: `/experiments/${experimentId}` });
    } catch (error) {
      toastError("The experiment was not started", error);
      setBusy(undefined);
    }
  };

  if (!mayCreate) {
    return (
      <>
        <PageHeader title="New experiment" parent={{ to: "/experiments", title: "Experiments" }} />
        <EmptyState title="Your role does not make experiments" detail="An operator's does." />
      </>
    );
  }
  return (
    <>
      <PageHeader title="New experiment" parent={{ to: "/experiments", title: "Experiments" }} />
      <nav aria-label="Steps">
        <ol className={classes.steps}>
          {steps.map(({ title }, place) => (
            <li key={title}>
              <button
                type="button"
                className={classes.step}
                aria-current={place === at ? "step" : undefined}
                disabled={place > reachable}
                onClick={() => setAt(place)}
              >
                {place + 1}. {title}
              </button>
            </li>
          ))}
        </ol>
      </nav>
      {step !== undefined && (
        <step.Body draft={draft} change={(next) => setDraft((before) => ({ ...before, ...next }))} />
      )}
      <div className={classes.foot}>
        <Button variant="default" disabled={at === 0} onClick={() => setAt(at - 1)}>
          Back
        </Button>
        {at < steps.length - 1 ? (
          <Button disabled={step === undefined || !step.done(draft)} onClick={() => setAt(at + 1)}>
            Next
          </Button>
        ) : (
          <span className={classes.footEnd}>
            <Button
              variant="default"
              loading={busy === "create"}
              disabled={busy !== undefined}
              onClick={() => void create(false)}
            >
              Write it down
            </Button>
            {mayStart && (
              <Button loading={busy === "start"} disabled={busy !== undefined} onClick={() => void create(true)}>
                Write it down and start
              </Button>
            )}
          </span>
        )}
      </div>
    </>
  );
}
