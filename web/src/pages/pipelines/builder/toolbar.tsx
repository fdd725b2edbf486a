import { ActionIcon, Button, FileButton, Menu, Tooltip } from "@mantine/core";
import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconClipboard,
  IconCopy,
  IconFocusCentered,
  IconSitemap,
  IconTrash,
  IconZoomIn,
  IconZoomOut,
} from "@tabler/icons-react";
import { useReactFlow } from "@xyflow/react";
import type { ReactNode } from "react";
import { useStore } from "zustand";
import classes from "./builder.module.css";
import type { BuilderActs } from "./builder-acts.ts";
import type { GraphStore } from "./graph/graph-store.ts";

/** Acts on the canvas and the file, each with its key where it has one. */
export function Toolbar({
  graph,
  acts,
  canPaste,
  onImport,
  onExport,
  onNew,
}: {
  graph: GraphStore;
  acts: BuilderActs;
  canPaste: boolean;
  onImport: (file: File) => void;
  onExport: () => void;
  onNew: (what: "pipeline" | "config") => void;
}) {
  const { zoomIn, zoomOut, fitView } = useReactFlow();
  const past = useStore(graph.temporal, ({ pastStates }) => pastStates.length);
  const future = useStore(graph.temporal, ({ futureStates }) => futureStates.length);
  const chosen = useStore(graph, (state) => state.chosen.length);
  return (
    <div className={classes.toolbar} role="toolbar" aria-label="Builder">
      <Tool label="Undo" keys="Ctrl+Z" disabled={past === 0} onClick={acts.undo}>
        <IconArrowBackUp size={18} />
      </Tool>
      <Tool label="Redo" keys="Ctrl+Shift+Z" disabled={future === 0} onClick={acts.redo}>
        <IconArrowForwardUp size={18} />
      </Tool>
      <span className={classes.divider} />
      <Tool label="Copy" keys="Ctrl+C" disabled={chosen === 0} onClick={acts.copy}>
        <IconCopy size={18} />
      </Tool>
      <Tool label="Paste" keys="Ctrl+V" disabled={!canPaste} onClick={acts.paste}>
        <IconClipboard size={18} />
      </Tool>
      <Tool label="Remove" keys="Delete" disabled={chosen === 0} onClick={acts.remove}>
        <IconTrash size={18} />
      </Tool>
      <span className={classes.divider} />
      <Tool label="Lay out" onClick={acts.layOut}>
        <IconSitemap size={18} />
      </Tool>
      <Tool label="Zoom in" onClick={() => void zoomIn()}>
        <IconZoomIn size={18} />
      </Tool>
      <Tool label="Zoom out" onClick={() => void zoomOut()}>
        <IconZoomOut size={18} />
      </Tool>
      <Tool label="Show all" onClick={() => void fitView({ padding: 0.15, maxZoom: 1 })}>
        <IconFocusCentered size={18} />
      </Tool>
      <span className={classes.spring} />
      <Menu>
        <Menu.Target>
          <Button size="xs" variant="default">
            New
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => onNew("pipeline")}>A pipeline for the catalog</Menu.Item>
          <Menu.Item onClick={() => onNew("config")}>A whole collector configuration</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <FileButton accept=".yaml,.yml,application/yaml,text/yaml" onChange={(file) => file && onImport(file)}>
        {(props) => (
          <Button {...props} size="xs" variant="default">
            Import
          </Button>
        )}
      </FileButton>
      <Button size="xs" variant="default" onClick={onExport}>
        Export
      </Button>
    </div>
  );
}

type ToolProps = { label: string; keys?: string; disabled?: boolean; onClick: () => void; children: ReactNode };

function Tool({ label, keys, disabled = false, onClick, children }: ToolProps) {
  return (
    <Tooltip label={keys === undefined ? label : `${label} (${keys})`}>
      <ActionIcon variant="subtle" color="gray" size="lg" aria-label={label} disabled={disabled} onClick={onClick}>
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
