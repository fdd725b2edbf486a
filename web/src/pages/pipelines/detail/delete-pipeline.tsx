import { useMutation } from "@connectrpc/connect-query";
import { Button } from "@mantine/core";
import { type Pipeline, PipelineState } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_pb.ts";
import { PipelineService } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { ConfirmDialog } from "../../../components/confirm-dialog.tsx";
import { toastDone } from "../../../components/toast.tsx";
import { useMay } from "../../../data/use-session.ts";
import { readPipelinesAnew } from "../data/read-anew.ts";

/** Deletes a draft, or all versions of a pipeline that somebody added, after asking. */
export function DeletePipeline({ pipeline: { name, version, state } }: { pipeline: Pipeline }) {
  const [asking, setAsking] = useState(false);
  const navigate = useNavigate();
  const remove = useMutation(PipelineService.method.deletePipeline);
  const may = useMay(PipelineService.method.deletePipeline);
  if (!may) return null;
  const draft = state !== PipelineState.PUBLISHED;
  return (
    <>
      <Button variant="default" onClick={() => setAsking(true)}>
        Delete
      </Button>
      <ConfirmDialog
        opened={asking}
        title={draft ? `Delete the draft, version ${version} of ${name}` : `Delete ${name} with all its versions`}
        confirm="Delete"
        destructive
        reason="none"
        onClose={() => setAsking(false)}
        onConfirm={async ({ requestId }) => {
          const { versions } = await remove.mutateAsync({ name, version: draft ? version : 0, requestId });
          toastDone(`Deleted ${versions} version${versions === 1 ? "" : "s"} of ${name}.`);
          await navigate({ to: "/pipelines" });
          await readPipelinesAnew();
        }}
      >
        {draft
          ? "Published versions stay."
          : "Hosts that run it go on with what was rendered of it, but it can no longer be chosen."}
      </ConfirmDialog>
    </>
  );
}
