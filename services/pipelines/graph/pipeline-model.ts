/** What a node does. */
export type NodeKind = "receiver" | "processor" | "exporter" | "connector" | "extension";

/** Sections that define components, and the kind of node each defines. */
export const sectionKinds = {
  receivers: "receiver",
  processors: "processor",
  exporters: "exporter",
  connectors: "connector",
  extensions: "extension",
} as const satisfies Record<string, NodeKind>;

/** A section that defines components. */
export type Section = keyof typeof sectionKinds;

/** A component: its id, `type` or `type/name`, and its settings as YAML, empty for none. */
export type ModelNode = {
  kind: NodeKind;
  id: string;
  settings: string;
  /** Phoenix knows components of this type. */
  known: boolean;
};

/** A service pipeline: ids of components, connectors among receivers and exporters. */
export type ModelPipeline = { id: string; receivers: string[]; processors: string[]; exporters: string[] };

/** A whole configuration, or a pipeline file; the message of the same name says what each field holds. */
export type PipelineModel = {
  nodes: ModelNode[];
  pipelines: ModelPipeline[];
  extensions: string[];
  serviceSettings: string;
  otherSettings: string;
  pipelineFile: boolean;
};

/** Limits of the contract: components, pipelines or names in one list, length of an id, bytes of settings. */
export const modelLimits = { nodes: 500, pipelines: 100, names: 100, idLength: 256, settingsBytes: 262_144 } as const;
