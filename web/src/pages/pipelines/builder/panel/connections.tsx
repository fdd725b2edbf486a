import { ActionIcon, Select } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import type { Canvas, CanvasNode } from "../graph/canvas.ts";
import { connect } from "../graph/connect.ts";
import { removeEdge } from "../graph/edit.ts";
import type { GraphStore } from "../graph/graph-store.ts";
import { signalsOf } from "../library/find-type.ts";
import classes from "./panel.module.css";

/** The lines of a box in words, to remove and to add: what drawing does, without drawing. */
export function Connections({
  graph,
  canvas,
  node,
  readOnly,
}: {
  graph: GraphStore;
  canvas: Canvas;
  node: CanvasNode;
  readOnly: boolean;
}) {
  const lines = canvas.edges.filter(({ source, target }) => source === node.key || target === node.key);
  const names = new Map(canvas.nodes.map((each) => [each.key, nameOf(each)]));
  const { model } = graph.getState();
  const targets = canvas.nodes.filter(
    ({ key }) =>
      key !== node.key &&
      !lines.some(({ source, target }) => source === node.key && target === key) &&
      !("refused" in connect(model, node.key, key, signalsOf)),
  );
  return (
    <section aria-label="Connections">
      <h3 className={classes.heading}>Connections</h3>
      {lines.length === 0 && <p className={classes.help}>None.</p>}
      <ul className={classes.lines}>
        {lines.map((line) => {
          const text = line.source === node.key ? `to ${names.get(line.target)}` : `from ${names.get(line.source)}`;
          return (
            <li key={line.key}>
              <span>{text}</span>
              {!readOnly && (
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  size="sm"
                  aria-label={`Cut the line ${text}`}
                  onClick={() =>
                    graph.getState().change((now) => removeEdge(now, line), `Cut the line of ${node.id} ${text}.`)
                  }
                >
                  <IconX size={14} />
                </ActionIcon>
              )}
            </li>
          );
        })}
      </ul>
      {!readOnly && targets.length > 0 && (
        <Select
          label="Lead on to"
          placeholder="Choose a box"
          size="xs"
          searchable
          data={targets.map((each) => ({ value: each.key, label: nameOf(each) }))}
          value={null}
          onChange={(key) => key !== null && graph.getState().join(node.key, key, signalsOf)}
        />
      )}
    </section>
  );
}

function nameOf(node: CanvasNode): string {
  if (node.type === "route") return `pipeline ${node.id}`;
  return node.place ? `${node.id} in ${node.place.route}` : `${node.kind} ${node.id}`;
}
