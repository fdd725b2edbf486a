import { useQuery } from "@connectrpc/connect-query";
import { useMediaQuery } from "@mantine/hooks";
import type { PipelineDifference } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_pb.ts";
import { PipelineService } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { EmptyState } from "../../../components/empty-state.tsx";
import { PageHeader } from "../../../components/page-header.tsx";
import { Panel } from "../../../components/panel.tsx";
import { QueryView } from "../../../components/query-view.tsx";
import { useSearchState } from "../../../data/use-search-state.ts";
import { YamlDiff } from "../../../editor/index.tsx";
import { ReferencePicker, readReference, type VersionReference, writeReference } from "../catalog/reference-picker.tsx";
import classes from "../pipelines.module.css";

const defaults = { left: "", right: "" };

/** Two versions or pipelines compared: by what they mean, and by their text. */
export default function ComparePage() {
  const [search, setSearch] = useSearchState(defaults);
  const left = readReference(search.left);
  const right = readReference(search.right);
  const choose = (side: "left" | "right") => (value: VersionReference | undefined) =>
    setSearch({ [side]: value === undefined ? "" : writeReference(value) });
  return (
    <>
      <PageHeader
        title="Compare pipelines"
        lead="The order of keys, comments and spelling do not count in what they mean; the order of processors does."
        parent={{ to: "/pipelines", title: "Pipelines" }}
      />
      <div className={classes.sides}>
        <ReferencePicker label="Left" value={left} onChange={choose("left")} />
        <ReferencePicker label="Right" value={right} onChange={choose("right")} />
      </div>
      {left === undefined || right === undefined ? (
        <EmptyState title="Choose two pipelines" detail="Or two versions of one." />
      ) : (
        <Compared left={left} right={right} />
      )}
    </>
  );
}

function Compared({ left, right }: { left: VersionReference; right: VersionReference }) {
  const narrow = useMediaQuery("(max-width: 900px)", false, { getInitialValueInEffect: false });
  const differences = useQuery(PipelineService.method.diffPipelines, {
    left: { side: { case: "pipeline", value: left } },
    right: { side: { case: "pipeline", value: right } },
  });
  const leftText = useQuery(PipelineService.method.getPipeline, left);
  const rightText = useQuery(PipelineService.method.getPipeline, right);
  return (
    <>
      <Panel title="What they mean" note="Compared as they are rendered, with the defaults of their variables.">
        <QueryView query={differences} lines={2}>
          {({ differences: found }) =>
            found.length === 0 ? <p>They mean the same.</p> : <Differences differences={found} />
          }
        </QueryView>
      </Panel>
      <Panel title="Text">
        <QueryView query={leftText} lines={2}>
          {({ pipeline: first }) => (
            <QueryView query={rightText} lines={2}>
              {({ pipeline: second }) =>
                first?.template === second?.template ? (
                  <p>The files are the same, word for word.</p>
                ) : (
                  <YamlDiff
                    left={{ label: `Left: ${writeReference(left)}`, text: first?.template ?? "" }}
                    right={{ label: `Right: ${writeReference(right)}`, text: second?.template ?? "" }}
                    unified={narrow}
                  />
                )
              }
            </QueryView>
          )}
        </QueryView>
      </Panel>
    </>
  );
}

function Differences({ differences }: { differences: readonly PipelineDifference[] }) {
  return (
    <ul className={classes.differences}>
      {differences.map(({ path, summary, left, right }) => (
        <li key={path}>
          <div>{summary}</div>
          <div className={classes.path}>
            <code>{path}</code>
          </div>
          <div className={classes.values}>
            {left !== "" && (
              <pre data-side="left">
                <span className="px-visually-hidden">Left: </span>− {left.trimEnd()}
              </pre>
            )}
            {right !== "" && (
              <pre data-side="right">
                <span className="px-visually-hidden">Right: </span>+ {right.trimEnd()}
              </pre>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}
