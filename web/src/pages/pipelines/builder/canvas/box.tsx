import {
  IconAlertTriangle,
  IconArrowsSplit2,
  IconCircleX,
  IconDownload,
  IconFilter,
  IconPlugConnected,
  IconRoute,
  IconUpload,
} from "@tabler/icons-react";
import { Handle, type NodeProps, Position } from "@xyflow/react";
import { memo } from "react";
import type { CanvasNode } from "../graph/canvas.ts";
import classes from "./canvas.module.css";
import { type BoxNode, kindOf } from "./flow-nodes.ts";

const icons = {
  receiver: IconDownload,
  processor: IconFilter,
  exporter: IconUpload,
  connector: IconArrowsSplit2,
  extension: IconPlugConnected,
  route: IconRoute,
};

/** Which ends of lines a box has. */
function endsOf(node: CanvasNode): { in: boolean; out: boolean } {
  if (node.type === "route") return { in: true, out: true };
  return {
    in: node.kind === "processor" || node.kind === "exporter" || node.kind === "connector",
    out: node.kind === "receiver" || node.kind === "processor" || node.kind === "connector",
  };
}

/** A box on the canvas. */
export const Box = memo(function Box({ data: { node, errors, warnings }, selected }: NodeProps<BoxNode>) {
  const kind = node.type === "route" ? "route" : node.kind;
  const Icon = icons[kind];
  const ends = endsOf(node);
  const missing = node.type === "component" && node.component === undefined;
  return (
    <div
      className={classes.box}
      data-kind={kind}
      data-selected={selected}
      data-errors={errors > 0}
      data-unused={node.type === "component" && !node.used}
      data-missing={missing}
    >
      {ends.in && <Handle type="target" position={Position.Top} className={classes.handle} />}
      <Icon size={18} stroke={1.7} aria-hidden className={classes.icon} />
      <div className={classes.words}>
        <div className={classes.id}>{node.id}</div>
        <div className={classes.kind}>{missing ? "not defined" : kindOf(node)}</div>
      </div>
      {errors > 0 && (
        <span className={classes.found} data-severity="error">
          <IconCircleX size={14} stroke={2.2} aria-hidden />
          {errors}
          <span className="px-visually-hidden">{errors === 1 ? " error" : " errors"}</span>
        </span>
      )}
      {errors === 0 && warnings > 0 && (
        <span className={classes.found} data-severity="warning">
          <IconAlertTriangle size={14} stroke={2.2} aria-hidden />
          {warnings}
          <span className="px-visually-hidden">{warnings === 1 ? " warning" : " warnings"}</span>
        </span>
      )}
      {ends.out && <Handle type="source" position={Position.Bottom} className={classes.handle} />}
    </div>
  );
});
