/**
 * The visual builder: a library, a canvas, settings of what is chosen, and the same thing as YAML. The pure parts
 * are graph/ (the model and its acts), library/ (what components are) and sync/ (text and canvas the same).
 */
import { useQuery } from "@connectrpc/connect-query";
import { Button, Tabs } from "@mantine/core";
import type { Finding, Pipeline } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_pb.ts";
import { PipelineService } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { useBlocker } from "@tanstack/react-router";
import { ReactFlowProvider, useReactFlow } from "@xyflow/react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useStore } from "zustand";
import { ErrorState } from "../../../components/error-state.tsx";
import { PageHeader } from "../../../components/page-header.tsx";
import { StatusBadge } from "../../../components/status-badge.tsx";
import { toastError } from "../../../components/toast.tsx";
import { saveFile } from "../../../data/save-file.ts";
import { useSearchState } from "../../../data/use-search-state.ts";
import { useMay } from "../../../data/use-session.ts";
import { YamlEditor } from "../../../editor/index.tsx";
import { FindingList } from "../catalog/finding-list.tsx";
import { readReference, writeReference } from "../catalog/reference-picker.tsx";
import { countFindings, marksOf } from "../data/findings.ts";
import classes from "./builder.module.css";
import { builderActs, hasCopied, layOutAll, onCanvasKey } from "./builder-acts.ts";
import { CanvasView } from "./canvas/canvas-view.tsx";
import { canvasOf } from "./graph/canvas.ts";
import { findingsByNode } from "./graph/findings-by-node.ts";
import { boxSize } from "./graph/layout.ts";
import { Impact } from "./impact.tsx";
import { signalsOf } from "./library/find-type.ts";
import { readSettings, settingAt } from "./library/settings-document.ts";
import type { Dragged } from "./palette/dragged.ts";
import { Palette } from "./palette/palette.tsx";
import { ComponentPanel } from "./panel/component-panel.tsx";
import { FilePanel } from "./panel/file-panel.tsx";
import { SaveDialog } from "./save-dialog.tsx";
import { newConfig, newPipelineFile } from "./starters.ts";
import { Toolbar } from "./toolbar.tsx";
import { useBuilder } from "./use-builder.ts";
import { useChecks } from "./use-checks.ts";

const defaults = { from: "", panel: "settings" };
/** As much as the service reads. */
const largestFileBytes = 1_048_576;

/** The page of the builder. */
export default function BuilderPage() {
  return (
    <ReactFlowProvider>
      <Builder />
    </ReactFlowProvider>
  );
}

function Builder() {
  const [{ from, panel }, setSearch] = useSearchState(defaults);
  const { graph, sync, yaml } = useBuilder();
  const { fitView } = useReactFlow();
  const model = useStore(graph, (state) => state.model);
  const chosen = useStore(graph, (state) => state.chosen);
  const said = useStore(graph, (state) => state.said);
  const canvas = useMemo(() => canvasOf(model), [model]);
  const [saved, setSaved] = useState<string>();
  const [saving, setSaving] = useState(false);
  const [goTo, setGoTo] = useState<{ line: number }>();
  const mayEdit = useMay(PipelineService.method.formatModel);
  const maySave = useMay(PipelineService.method.createPipelineVersion);
  const dirty = saved !== undefined && yaml.text !== saved;

  const show = useCallback(() => void fitView({ padding: 0.15, maxZoom: 1 }), [fitView]);
  const acts = useMemo(() => builderActs(graph, show), [graph, show]);
  const load = useCallback(
    async (text: string, asNew: boolean): Promise<void> => {
      await sync.load(text);
      // The places of what was read belong to the reading: one step of undo.
      const { pause, resume, clear } = graph.temporal.getState();
      pause();
      await layOutAll(graph);
      resume();
      if (asNew) {
        clear();
        setSaved(text);
      }
      show();
    },
    [graph, sync, show],
  );

  const reference = readReference(from);
  const origin = useQuery(PipelineService.method.getPipeline, reference ?? { name: "-" }, {
    enabled: reference !== undefined,
    refetchInterval: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const loaded = useRef<string>(undefined);
  const template = reference === undefined ? newPipelineFile : origin.data?.pipeline?.template;
  useEffect(() => {
    if (template === undefined || loaded.current === from) return;
    loaded.current = from;
    void load(template, true);
  }, [template, from, load]);

  useBlocker({
    shouldBlockFn: ({ current, next }) =>
      dirty && current.pathname !== next.pathname && !window.confirm("Leave the builder? What is not saved is lost."),
    enableBeforeUnload: () => dirty,
  });

  const { answer, fresh, error: checkError, retry } = useChecks(yaml.text, model.pipelineFile);
  const findings: readonly Finding[] = yaml.findings.length > 0 ? yaml.findings : (answer?.findings ?? []);
  const byNode = useMemo(
    () => findingsByNode(canvas, model.extensions, findings),
    [canvas, model.extensions, findings],
  );
  const marks = useMemo(() => marksOf(findings), [findings]);
  const name = nameOf(model.otherSettings);
  const node = chosen.length === 1 ? canvas.nodes.find(({ key }) => key === chosen[0]) : undefined;

  const add = (dragged: Dragged): void => {
    const state = graph.getState();
    const above = node && state.positions[node.key];
    const at = above && { x: above.x, y: above.y + boxSize.height + 40 };
    const key = dragged.what === "route" ? state.placeRoute(dragged.signal, at) : state.place(dragged.component, at);
    // From the keyboard there is no drawing: what was chosen leads on to what is new, where that means something.
    if (node !== undefined) graph.getState().join(node.key, key, signalsOf);
    show();
  };
  const importFile = async (file: File): Promise<void> => {
    if (file.size > largestFileBytes)
      return toastError(`${file.name} was not read`, new Error("A file has one mebibyte at most."));
    await load(await file.text(), false);
  };
  const goToFinding = (finding: Finding): void => {
    const key = [...byNode].find(([, found]) => found.includes(finding))?.[0];
    if (key) graph.getState().choose([key]);
    setSearch({ panel: finding.line > 0 ? "yaml" : "settings" });
    if (finding.line > 0) setGoTo({ line: finding.line });
  };

  return (
    <div className={classes.page}>
      <PageHeader
        title="Pipeline builder"
        lead={
          <>
            {name || "a collector configuration"} <Standing dirty={dirty} yaml={yaml.state} />
          </>
        }
        parent={{ to: "/pipelines", title: "Pipelines" }}
        actions={
          maySave &&
          model.pipelineFile && (
            <Button disabled={yaml.state !== "same"} onClick={() => setSaving(true)}>
              Save as a version
            </Button>
          )
        }
      />
      {origin.error && <ErrorState error={origin.error} retry={() => void origin.refetch()} />}
      {yaml.state === "failed" && <ErrorState error={yaml.error} retry={sync.retry} />}
      <Toolbar
        graph={graph}
        acts={acts}
        canPaste={hasCopied()}
        onImport={(file) => void importFile(file)}
        onExport={() => saveFile(`${name || "collector"}.yaml`, yaml.text, "application/yaml")}
        onNew={(what) => {
          if (dirty && !window.confirm("Begin anew? What is not saved is lost.")) return;
          loaded.current = "";
          setSearch({ from: "" });
          void load(what === "pipeline" ? newPipelineFile : newConfig, true);
        }}
      />
      <div className={classes.columns}>
        <div className={classes.library}>
          <Palette pipelineFile={model.pipelineFile} onAdd={add} />
        </div>
        <div className={classes.canvas}>
          <CanvasView
            graph={graph}
            canvas={canvas}
            findings={byNode}
            readOnly={!mayEdit}
            onKey={(event) => onCanvasKey(event, acts)}
          />
        </div>
        <div className={classes.side}>
          <Tabs value={panel} onChange={(value) => setSearch({ panel: value ?? "settings" })} keepMounted={false}>
            <Tabs.List mb="sm">
              <Tabs.Tab value="settings">{node === undefined ? "File" : "Settings"}</Tabs.Tab>
              <Tabs.Tab value="yaml">YAML</Tabs.Tab>
              {model.pipelineFile && <Tabs.Tab value="impact">Impact</Tabs.Tab>}
            </Tabs.List>
            <Tabs.Panel value="settings">
              {node === undefined ? (
                <FilePanel graph={graph} model={model} readOnly={!mayEdit} />
              ) : (
                <ComponentPanel
                  key={node.key}
                  graph={graph}
                  model={model}
                  canvas={canvas}
                  node={node}
                  findings={byNode.get(node.key) ?? []}
                  readOnly={!mayEdit}
                />
              )}
            </Tabs.Panel>
            <Tabs.Panel value="yaml">
              <YamlEditor
                label="YAML of the pipeline"
                value={yaml.text}
                onChange={mayEdit ? sync.type : undefined}
                marks={marks}
                height="560px"
                goTo={goTo}
              />
              <p className={classes.note}>Comments are lost once something is changed on the canvas.</p>
            </Tabs.Panel>
            <Tabs.Panel value="impact">
              <Impact text={fresh && answer?.valid && yaml.state === "same" ? yaml.text : undefined} />
            </Tabs.Panel>
          </Tabs>
        </div>
      </div>
      <p className={classes.said} role="status">
        {said}
      </p>
      <section className={classes.found} aria-label="Findings">
        <h2 className={classes.foundTitle}>
          Findings{" "}
          <Verdict
            fresh={fresh && checkError === undefined}
            valid={(answer?.valid ?? false) && yaml.state !== "unreadable"}
          />{" "}
          <span className="px-dim">{countFindings(findings)}</span>
        </h2>
        {checkError !== undefined && <ErrorState error={checkError} retry={retry} />}
        {findings.length === 0 && answer !== undefined && (
          <p className="px-dim">{nothingFound(answer.collectorAsked)}</p>
        )}
        <FindingList findings={findings} onGo={goToFinding} />
      </section>
      <SaveDialog
        opened={saving}
        text={yaml.text}
        name={name}
        readme={origin.data?.pipeline?.readme ?? ""}
        onClose={() => setSaving(false)}
        onSaved={(pipeline: Pipeline, text) => {
          setSaved(text);
          const stored = writeReference(pipeline);
          loaded.current = stored;
          setSearch({ from: stored });
        }}
      />
    </div>
  );
}

function Standing({ dirty, yaml }: { dirty: boolean; yaml: string }) {
  if (yaml === "reading" || yaml === "writing") return <StatusBadge tone="busy">at work</StatusBadge>;
  if (yaml === "unreadable") return <StatusBadge tone="bad">the YAML cannot be read</StatusBadge>;
  return dirty ? <StatusBadge tone="warn">not saved</StatusBadge> : null;
}

function Verdict({ fresh, valid }: { fresh: boolean; valid: boolean }) {
  if (!fresh) return <StatusBadge tone="busy">checking</StatusBadge>;
  return <StatusBadge tone={valid ? "good" : "bad"}>{valid ? "valid" : "not valid"}</StatusBadge>;
}

function nothingFound(collectorAsked: boolean): string {
  return collectorAsked ? "Nothing. The collector accepts it." : "Nothing. The collector was not asked.";
}

/** The name that a pipeline file gives itself; empty for a configuration. */
function nameOf(otherSettings: string): string {
  const document = readSettings(otherSettings);
  const value = document && settingAt(document, ["name"]);
  return value?.kind === "text" ? value.text : "";
}
