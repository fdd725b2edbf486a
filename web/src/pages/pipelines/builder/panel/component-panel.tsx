import { SegmentedControl, Switch } from "@mantine/core";
import type { Finding } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_pb.ts";
import { useState } from "react";
import { parseDocument } from "yaml";
import { FindingList } from "../../catalog/finding-list.tsx";
import type { Canvas, CanvasNode } from "../graph/canvas.ts";
import { addComponent, refuseName, setRunning, setSettings } from "../graph/edit.ts";
import type { GraphModel } from "../graph/graph-model.ts";
import type { GraphStore } from "../graph/graph-store.ts";
import { findType } from "../library/find-type.ts";
import { Connections } from "./connections.tsx";
import { LateYaml } from "./late-yaml.tsx";
import classes from "./panel.module.css";
import { RoutePanel } from "./route-panel.tsx";
import { LateInput } from "./setting-field.tsx";
import { SettingsForm } from "./settings-form.tsx";

type PanelProps = {
  graph: GraphStore;
  model: GraphModel;
  canvas: Canvas;
  node: CanvasNode;
  findings: readonly Finding[];
  readOnly: boolean;
};

/** Everything about the chosen box. */
export function ComponentPanel(props: PanelProps) {
  const { graph, model, canvas, node, findings, readOnly } = props;
  return (
    <section className={classes.form} aria-label={`Settings of ${node.id}`}>
      {findings.length > 0 && <FindingList findings={findings} />}
      {node.type === "route" ? (
        <RoutePanel graph={graph} model={model} routeId={node.id} readOnly={readOnly} />
      ) : node.component === undefined ? (
        <Missing {...props} node={node} />
      ) : (
        <Defined {...props} node={node} settings={node.component.settings} />
      )}
      <Connections graph={graph} canvas={canvas} node={node} readOnly={readOnly} />
    </section>
  );
}

type ComponentNode = Extract<CanvasNode, { type: "component" }>;

function Missing({ graph, node, readOnly }: PanelProps & { node: ComponentNode }) {
  const { kind, id } = node;
  return (
    <p>
      A pipeline names the {kind} {id}, and nothing defines it.{" "}
      {!readOnly && (
        <button
          type="button"
          className={classes.textButton}
          onClick={() =>
            graph
              .getState()
              .change(
                (now) => addComponent(now, { kind, id, settings: findType(kind, id)?.start ?? "", known: false }).model,
                `Defined ${id}.`,
              )
          }
        >
          Define it
        </button>
      )}
    </p>
  );
}

function Defined({ graph, model, node, settings, readOnly }: PanelProps & { node: ComponentNode; settings: string }) {
  const { kind, id } = node;
  const type = findType(kind, id);
  const hasForm = type !== undefined && type.fields.length > 0;
  const [as, setAs] = useState("form");
  const [wrong, setWrong] = useState<string>();
  const [refused, setRefused] = useState<string>();
  const change = (next: string): void => graph.getState().change((now) => setSettings(now, kind, id, next));
  const take = (next: string): void => {
    const [problem] = parseDocument(next).errors;
    setWrong(problem?.message.split("\n")[0]);
    if (problem === undefined) change(next);
  };
  const rename = (to: string): void => {
    const why = refuseName(model, kind, id, to);
    setRefused(why);
    if (why === undefined) graph.getState().rename(kind, id, to);
  };
  return (
    <>
      {type !== undefined && <p className={classes.help}>{type.about}</p>}
      <LateInput label="Name" value={id} readOnly={readOnly} onCommit={rename} />
      {refused !== undefined && <p className={classes.wrong}>{refused}</p>}
      {kind === "extension" && (
        <Switch
          label="Runs"
          description="A collector starts the extensions that the service names."
          checked={model.extensions.includes(id)}
          disabled={readOnly}
          onChange={(event) => {
            const { checked } = event.currentTarget;
            graph.getState().change((now) => setRunning(now, id, checked));
          }}
        />
      )}
      {hasForm && (
        <SegmentedControl
          aria-label="Settings as"
          size="xs"
          data={[
            { value: "form", label: "Form" },
            { value: "yaml", label: "YAML" },
          ]}
          value={as}
          onChange={setAs}
        />
      )}
      {hasForm && as === "form" ? (
        <SettingsForm key={id} type={type} settings={settings} readOnly={readOnly} onChange={change} />
      ) : (
        <>
          <LateYaml
            key={id}
            label={`Settings of ${id}`}
            value={settings}
            height="260px"
            onCommit={readOnly ? undefined : take}
          />
          {wrong !== undefined && <p className={classes.wrong}>Not taken over: {wrong}</p>}
        </>
      )}
    </>
  );
}
