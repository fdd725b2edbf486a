import { useMutation } from "@connectrpc/connect-query";
import { Button, Select } from "@mantine/core";
import { type Pipeline, PipelineState } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_pb.ts";
import { PipelineService, RenderPurpose } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { useState } from "react";
import { ErrorState } from "../../../components/error-state.tsx";
import { Panel } from "../../../components/panel.tsx";
import { useMay } from "../../../data/use-session.ts";
import { YamlEditor } from "../../../editor/index.tsx";
import { formatDigest } from "../../../format/quantities.ts";
import { VariableFields } from "../catalog/variable-fields.tsx";
import classes from "../pipelines.module.css";

/** The configuration that a collector gets of a version, with values for its variables. */
export function RenderedPanel({ pipeline }: { pipeline: Pipeline }) {
  const { name, version, variables, state } = pipeline;
  const [values, setValues] = useState<Record<string, string>>({});
  const [purpose, setPurpose] = useState(String(RenderPurpose.EXPORT));
  const render = useMutation(PipelineService.method.renderPipeline);
  const mayRender = useMay(PipelineService.method.renderPipeline);
  if (!mayRender || state !== PipelineState.PUBLISHED) return null;
  const shown = render.data;
  return (
    <Panel
      title="Rendered for a collector"
      note="The whole configuration, kept under its digest."
      aside={
        <Button
          size="xs"
          variant="default"
          loading={render.isPending}
          onClick={() =>
            render.mutate({ pipeline: { name, version, variables: values }, purpose: Number(purpose) as RenderPurpose })
          }
        >
          Render
        </Button>
      }
    >
      <div className={classes.filters}>
        <Select
          label="For"
          allowDeselect={false}
          data={[
            { value: String(RenderPurpose.EXPORT), label: "A collector that sends to the backends" },
            { value: String(RenderPurpose.SHADOW), label: "An arm of an experiment" },
          ]}
          value={purpose}
          onChange={(value) => setPurpose(value ?? purpose)}
        />
        <VariableFields variables={variables} values={values} onChange={setValues} />
      </div>
      {render.error && <ErrorState error={render.error} />}
      {shown && (
        <>
          <p className="px-dim">
            Digest {formatDigest(shown.configDigest)}, one scrape every {shown.intervalSeconds} s.
          </p>
          <YamlEditor
            label={`Configuration rendered of ${name}, version ${version}`}
            value={shown.config}
            height="480px"
          />
        </>
      )}
    </Panel>
  );
}
