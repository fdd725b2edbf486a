import { useMutation } from "@connectrpc/connect-query";
import { Button } from "@mantine/core";
import type { Pipeline } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_pb.ts";
import { PipelineService } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { useState } from "react";
import { ConfirmDialog } from "../../../components/confirm-dialog.tsx";
import { toastDone } from "../../../components/toast.tsx";
import { useMay } from "../../../data/use-session.ts";
import { readPipelinesAnew } from "../data/read-anew.ts";

/** Publishes a draft, after asking: it never changes again. */
export function PublishVersion({ pipeline: { name, version } }: { pipeline: Pipeline }) {
  const [asking, setAsking] = useState(false);
  const publish = useMutation(PipelineService.method.publishPipelineVersion);
  const may = useMay(PipelineService.method.publishPipelineVersion);
  if (!may) return null;
  return (
    <>
      <Button onClick={() => setAsking(true)}>Publish</Button>
      <ConfirmDialog
        opened={asking}
        title={`Publish version ${version} of ${name}`}
        confirm="Publish"
        reason="none"
        onClose={() => setAsking(false)}
        onConfirm={async ({ requestId }) => {
          await publish.mutateAsync({ name, version, requestId });
          toastDone(`Published version ${version} of ${name}.`);
          await readPipelinesAnew();
        }}
      >
        It is checked once more and then offered to experiments and deployments. From then on it never changes.
      </ConfirmDialog>
    </>
  );
}
