import { Button, Checkbox, Modal, Textarea } from "@mantine/core";
import type { Finding, Pipeline } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_pb.ts";
import { PipelineState } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_pb.ts";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { ErrorState } from "../../../components/error-state.tsx";
import { useRequest } from "../../../data/use-request.ts";
import { FindingList } from "../catalog/finding-list.tsx";
import { pipelineFiles } from "../data/pipelines-client.ts";
import { readPipelinesAnew } from "../data/read-anew.ts";
import classes from "../pipelines.module.css";

type SaveProps = {
  text: string;
  name: string;
  readme: string;
  onSaved: (pipeline: Pipeline, text: string) => void;
  onClose: () => void;
};

/** Stores the file as a version: a draft, or published at once. */
export function SaveDialog({ opened, ...props }: SaveProps & { opened: boolean }) {
  return (
    <Modal opened={opened} onClose={props.onClose} title={`Save ${props.name || "this pipeline"} as a new version`}>
      <SaveForm key={String(opened)} {...props} />
    </Modal>
  );
}

function SaveForm({ text, readme: before, onSaved, onClose }: SaveProps) {
  const [readme, setReadme] = useState(before);
  const [publish, setPublish] = useState(false);
  const [stored, setStored] = useState<{ pipeline: Pipeline; findings: readonly Finding[] }>();
  const { submit, busy, error } = useRequest(async (requestId) => {
    const { pipeline, findings } = await pipelineFiles.createPipelineVersion({
      requestId,
      pipelineFile: text,
      readme,
      publish,
    });
    if (pipeline === undefined) throw new Error("The server stored nothing.");
    setStored({ pipeline, findings });
    onSaved(pipeline, text);
    void readPipelinesAnew();
  });
  if (stored !== undefined) {
    const { name, version, state } = stored.pipeline;
    return (
      <div className={classes.form}>
        <p role="status">
          Stored version {version} of{" "}
          <Link to={`/pipelines/${name}`} search={{ version: String(version) } as never}>
            {name}
          </Link>
          , {sayState(state)}.
        </p>
        <FindingList findings={stored.findings} />
        <div className={classes.foot}>
          <Button onClick={onClose}>Go on</Button>
        </div>
      </div>
    );
  }
  return (
    <form className={classes.form} onSubmit={submit}>
      <p className="px-dim">
        A draft is kept with its errors and replaced by the next; a published version never changes.
      </p>
      <Checkbox
        label="Publish it at once"
        description="It must have no error; experiments and deployments can then use it."
        checked={publish}
        onChange={(event) => setPublish(event.currentTarget.checked)}
      />
      <Textarea
        label="README"
        description="What it is for and when not to use it, in Markdown."
        autosize
        minRows={3}
        maxRows={14}
        value={readme}
        onChange={(event) => setReadme(event.currentTarget.value)}
      />
      {error !== undefined && <ErrorState error={error} />}
      <div className={classes.foot}>
        <Button variant="default" onClick={onClose} disabled={busy}>
          Leave it
        </Button>
        <Button type="submit" loading={busy}>
          {publish ? "Save and publish" : "Save the draft"}
        </Button>
      </div>
    </form>
  );
}

function sayState(state: PipelineState): string {
  if (state === PipelineState.PUBLISHED) return "published";
  return state === PipelineState.VALIDATED ? "a draft without errors" : "a draft with errors";
}
