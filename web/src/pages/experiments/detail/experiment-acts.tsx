import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { createClient } from "@connectrpc/connect";
import { useTransport } from "@connectrpc/connect-query";
import { Button, NumberInput, Select } from "@mantine/core";
import { Decision } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import type { Experiment } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { ExperimentService } from "@phoenix/gen/phoenix/controller/v1/experiment_service_pb.ts";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { ConfirmDialog, type Confirmed } from "../../../components/confirm-dialog.tsx";
import { toastDone } from "../../../components/toast.tsx";
import { useMay } from "../../../data/use-session.ts";
import { armsOf } from "../figures.ts";
import { ExportButton } from "./export-button.tsx";
import { type Act, possibleActs } from "./possible-acts.ts";

const { method } = ExperimentService;

type Words = {
  /** On the button of the page. */
  button: string;
  title: string;
  text: string;
  confirm: string;
  done: string;
  destructive?: boolean;
  reason: "none" | "optional" | "required";
};

const words: Record<Act, Words> = {
  start: {
    button: "Start",
    title: "Start the experiment?",
    text: "Both collectors are started on its hosts, and the load if it has one. What the hosts run now goes on untouched.",
    confirm: "Start it",
    done: "The experiment is being started.",
    reason: "none",
  },
  stop: {
    button: "Stop and judge",
    title: "Stop measuring?",
    text: "The verdict is made of what was measured up to now. It may be inconclusive.",
    confirm: "Stop it",
    done: "Measuring is over; the verdict is being made.",
    reason: "optional",
  },
  cancel: {
    button: "Cancel",
    title: "Call the experiment off?",
    text: "The arms are stopped and there will be no verdict. What was measured stays.",
    confirm: "Call it off",
    done: "The experiment is called off.",
    destructive: true,
    reason: "required",
  },
  promote: {
    button: "Promote",
    title: "Promote the candidate?",
    text: "It becomes the pipeline of every host of the experiment, host by host, each once it is healthy. The arms are stopped. It can be rolled back.",
    confirm: "Promote it",
    done: "The promotion is under way.",
    reason: "optional",
  },
  force: {
    button: "Promote against the verdict",
    title: "Promote against the verdict?",
    text: "The evidence does not ask for this promotion. The reason goes into the record, with your name.",
    confirm: "Promote it anyway",
    done: "The promotion is under way, against the verdict.",
    destructive: true,
    reason: "required",
  },
  keep: {
    button: "Reject",
    title: "Leave the hosts as they are?",
    text: "The candidate is not promoted; arms that still wait are stopped. What the hosts ran before goes on.",
    confirm: "Reject the candidate",
    done: "The arms are being stopped; nothing else changed.",
    reason: "optional",
  },
  rollback: {
    button: "Roll back",
    title: "Roll the promotion back?",
    text: "What ran before the promotion is brought back on every host, and the promoted configuration is quarantined: it is not offered again until someone clears it.",
    confirm: "Roll it back",
    done: "The rollback is under way.",
    destructive: true,
    reason: "required",
  },
  delete: {
    button: "Delete",
    title: "Delete the experiment?",
    text: "It disappears from the lists with all that was measured. This cannot be undone.",
    confirm: "Delete it",
    done: "The experiment is deleted.",
    destructive: true,
    reason: "none",
  },
};

const calls = {
  start: method.startExperiment,
  stop: method.stopExperiment,
  cancel: method.cancelExperiment,
  promote: method.promoteExperiment,
  force: method.promoteExperiment,
  keep: method.stopExperiment,
  rollback: method.rollbackExperiment,
  delete: method.deleteExperiment,
} as const satisfies Record<Act, unknown>;

/** The buttons of an experiment: what can be done with it now and is allowed to the viewer. */
export function ExperimentActs({ experiment }: { experiment: Experiment }) {
  const [asked, setAsked] = useState<Act>();
  // A second person's decision is shown by the phase, not by a dialog that hangs about.
  const acts = possibleActs(experiment);
  return (
    <>
      {acts.map((act) => (
        <ActButton key={act} act={act} onAsk={() => setAsked(act)} />
      ))}
      <ExportButton experimentId={experiment.experimentId} />
      {asked !== undefined && <ActDialog act={asked} experiment={experiment} onClose={() => setAsked(undefined)} />}
    </>
  );
}

function ActButton({ act, onAsk }: { act: Act; onAsk: () => void }) {
  const may = useMay(calls[act]);
  if (!may) return null;
  const main = act === "promote" || act === "start";
  return (
    <Button variant={main ? "filled" : "default"} onClick={onAsk}>
      {words[act].button}
    </Button>
  );
}

function ActDialog({ act, experiment, onClose }: { act: Act; experiment: Experiment; onClose: () => void }) {
  const transport = useTransport();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const candidates = armsOf(experiment).slice(1);
  const judgedGood = experiment.verdicts.find(({ decision }) => decision === Decision.PROMOTE)?.variant;
  const [variant, setVariant] = useState(judgedGood ?? candidates[0]?.variant ?? "");
  const [holdBack, setHoldBack] = useState(0);
  const [holdHours, setHoldHours] = useState(24);
  const { experimentId, etag } = experiment;
  const { title, text, confirm, done, destructive = false, reason } = words[act];
  const promotes = act === "promote" || act === "force";

  const perform = async ({ reason: given, requestId }: Confirmed): Promise<void> => {
    const client = createClient(ExperimentService, transport);
    const request = { experimentId, requestId };
    if (act === "start") await client.startExperiment(request);
    if (act === "stop" || act === "keep") await client.stopExperiment({ ...request, reason: given });
    if (act === "cancel") await client.cancelExperiment({ ...request, reason: given });
    if (act === "rollback") await client.rollbackExperiment({ ...request, reason: given });
    if (act === "delete") await client.deleteExperiment({ ...request, etag });
    if (promotes) {
      await client.promoteExperiment({
        ...request,
        variant,
        force: act === "force",
        reason: given,
        holdBackHosts: holdBack,
        ...(holdBack > 0 && { holdBackDuration: durationFromMs(holdHours * 3_600_000) }),
      });
    }
    toastDone(done);
    await queries.invalidateQueries();
    if (act === "delete") await navigate({ to: "/experiments" });
  };

  let more: ReactNode = null;
  if (promotes) {
    more = (
      <>
        {candidates.length > 1 && (
          <Select
            label="Candidate"
            data={candidates.map((arm) => ({
              value: arm.variant,
              label: `${arm.variant}: ${arm.pipeline?.name ?? ""}`,
            }))}
            value={variant}
            allowDeselect={false}
            mt="sm"
            onChange={(next) => setVariant(next ?? variant)}
          />
        )}
        {experiment.hosts.length > 1 && (
          <NumberInput
            label="Hosts held back"
            description="They keep the baseline, so that what is really saved can be measured."
            value={holdBack}
            min={0}
            max={experiment.hosts.length - 1}
            mt="sm"
            onChange={(next) => setHoldBack(Number(next) || 0)}
          />
        )}
        {holdBack > 0 && (
          <NumberInput
            label="For how many hours"
            description="Then they are promoted too."
            value={holdHours}
            min={1}
            max={2_160}
            mt="sm"
            onChange={(next) => setHoldHours(Number(next) || 24)}
          />
        )}
      </>
    );
  }
  return (
    <ConfirmDialog
      opened
      title={title}
      confirm={confirm}
      destructive={destructive}
      reason={reason}
      onConfirm={perform}
      onClose={onClose}
    >
      {text}
      {more}
    </ConfirmDialog>
  );
}
