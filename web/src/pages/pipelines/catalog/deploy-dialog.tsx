import { useMutation, useQuery } from "@connectrpc/connect-query";
import { Alert, Button, Modal, MultiSelect, Radio, TagsInput, Textarea, TextInput } from "@mantine/core";
import { DeploymentService } from "@phoenix/gen/phoenix/controller/v1/deployment_service_pb.ts";
import { FleetService } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import type { Pipeline } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_pb.ts";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useRef, useState } from "react";
import { ErrorState } from "../../../components/error-state.tsx";
import { sayHeldBack } from "../../../components/held-back.tsx";
import { toastDone } from "../../../components/toast.tsx";
import { newRequestId } from "../../../data/request-id.ts";
import classes from "../pipelines.module.css";
import { VariableFields } from "./variable-fields.tsx";

/** Everything in the first step: more hosts than a deployment can have. */
const everyHost = 10_000;

/** Asks what to deploy where and how, has the server check it, and begins the roll-out. */
export function DeployDialog({
  pipeline,
  opened,
  onClose,
}: {
  pipeline: Pipeline;
  opened: boolean;
  onClose: () => void;
}) {
  return (
    <Modal opened={opened} onClose={onClose} size="lg" title={`Deploy ${pipeline.name}, version ${pipeline.version}`}>
      <DeployForm key={String(opened)} pipeline={pipeline} onClose={onClose} />
    </Modal>
  );
}

function DeployForm({ pipeline, onClose }: { pipeline: Pipeline; onClose: () => void }) {
  const requestId = useRef(newRequestId());
  const navigate = useNavigate();
  const { data: fleet } = useQuery(FleetService.method.listHosts, { pageSize: 500 });
  const [name, setName] = useState(pipeline.name);
  const [hosts, setHosts] = useState<string[]>([]);
  const [labels, setLabels] = useState<string[]>([]);
  const [how, setHow] = useState("staged");
  const [mustKeep, setMustKeep] = useState("");
  const [reason, setReason] = useState("");
  const [variables, setVariables] = useState<Record<string, string>>({});
  const create = useMutation(DeploymentService.method.createDeployment);
  const check = useMutation(DeploymentService.method.createDeployment);
  const request = {
    requestId: requestId.current,
    name,
    pipeline: { name: pipeline.name, version: pipeline.version, variables },
    selector: { hosts, labels: Object.fromEntries(labels.map(pairOf)) },
    strategy: how === "staged" ? {} : { canaryHosts: everyHost, stepPercents: [100] },
    mustKeep: mustKeep.split("\n").filter((line) => line.trim() !== ""),
    reason: reason.trim(),
  };
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const { deployment } = await create.mutateAsync(request).catch((failure: unknown) => {
      if (sayHeldBack(failure)) onClose();
      throw failure;
    });
    toastDone(`Deploying ${pipeline.name} as ${name}.`);
    onClose();
    if (deployment) void navigate({ to: `/deployments/${deployment.deploymentId}` });
  };
  const error = create.error ?? check.error;
  return (
    <form className={classes.form} onSubmit={(event) => void submit(event).catch(() => undefined)}>
      <TextInput
        label="Name of the deployment"
        required
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <MultiSelect
        label="Hosts"
        description="Without hosts and labels it goes to every host that belongs to no other deployment."
        data={(fleet?.hosts ?? []).map((host) => ({ value: host.hostId, label: host.facts?.hostName ?? host.hostId }))}
        value={hosts}
        searchable
        clearable
        onChange={setHosts}
      />
      <TagsInput
        label="Labels"
        description="Each as name=value; hosts that come to have all of them later get it too."
        value={labels}
        onChange={(values) => setLabels(values.filter((value) => value.includes("=")))}
      />
      <Radio.Group label="How" value={how} onChange={setHow}>
        <Radio value="staged" label="Step by step: one host, then 25, 50 and 100 %, each watched for a minute" mt={6} />
        <Radio value="once" label="On all hosts at once" mt={6} />
      </Radio.Group>
      <Textarea
        label="Must-keep processes"
        description="Expressions over whole names, one a line: the roll-out stops when one of them goes missing."
        autosize
        minRows={2}
        value={mustKeep}
        onChange={(event) => setMustKeep(event.currentTarget.value)}
      />
      {pipeline.variables.length > 0 && (
        <details>
          <summary>Variables</summary>
          <div className={classes.form}>
            <VariableFields variables={pipeline.variables} values={variables} onChange={setVariables} />
          </div>
        </details>
      )}
      <Textarea
        label="Reason"
        description="Goes into the record."
        autosize
        minRows={2}
        maxLength={1024}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      {check.isSuccess && !error && (
        <Alert color="teal" title="The server would take this">
          {describe(check.data.deployment?.counts?.total ?? 0)}
        </Alert>
      )}
      {error && <ErrorState error={error} />}
      <div className={classes.foot}>
        <Button
          variant="default"
          loading={check.isPending}
          onClick={() => {
            create.reset();
            check.mutate({ ...request, requestId: newRequestId(), validateOnly: true });
          }}
        >
          Check only
        </Button>
        <Button type="submit" loading={create.isPending}>
          Deploy
        </Button>
      </div>
    </form>
  );
}

function describe(hosts: number): string {
  return hosts === 0
    ? "Nothing was changed."
    : `It would reach ${hosts} host${hosts === 1 ? "" : "s"}. Nothing was changed.`;
}

function pairOf(text: string): [string, string] {
  const at = text.indexOf("=");
  return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}
