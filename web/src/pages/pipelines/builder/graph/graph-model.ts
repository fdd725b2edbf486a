/**
 * What the builder edits: the pipelines service's model as plain values. The canvas is a view of it
 * (canvas.ts) and every act on the canvas a change of it (edit.ts, connect.ts), so that nothing has to be
 * read back from boxes and lines and whatever the console does not understand stays as it is. YAML is read
 * and written by the service alone.
 */
import type { MessageInitShape } from "@bufbuild/protobuf";
import { NodeKind, type PipelineModel, type PipelineModelSchema } from "@phoenix/gen/phoenix/pipelines/v1/model_pb.ts";

/** What a component does. */
export type ComponentKind = "receiver" | "processor" | "exporter" | "connector" | "extension";

/** A component; `settings` is YAML, empty for none. */
export type Component = {
  readonly kind: ComponentKind;
  readonly id: string;
  readonly settings: string;
  /** The service knows components of this type. */
  readonly known: boolean;
};

/** The lists of a route that name components. */
export type RouteList = "receivers" | "processors" | "exporters";

/** A service pipeline: names of components, connectors among receivers and exporters, processors in order. */
export type Route = { readonly id: string } & { readonly [list in RouteList]: readonly string[] };

/** A whole configuration or a pipeline file, field by field as in the contract. */
export type GraphModel = {
  readonly components: readonly Component[];
  readonly routes: readonly Route[];
  readonly extensions: readonly string[];
  readonly serviceSettings: string;
  readonly otherSettings: string;
  readonly pipelineFile: boolean;
};

const kinds: Record<ComponentKind, NodeKind> = {
  receiver: NodeKind.RECEIVER,
  processor: NodeKind.PROCESSOR,
  exporter: NodeKind.EXPORTER,
  connector: NodeKind.CONNECTOR,
  extension: NodeKind.EXTENSION,
};

/** A model of nothing. */
export const emptyModel: GraphModel = {
  components: [],
  routes: [],
  extensions: [],
  serviceSettings: "",
  otherSettings: "",
  pipelineFile: false,
};

/** Reads the service's model. Throws for a kind of node that this console does not know, rather than lose it. */
export function readModel(model: PipelineModel): GraphModel {
  return {
    components: model.nodes.map(({ kind, id, settings, known }) => ({ kind: kindOf(kind, id), id, settings, known })),
    routes: model.pipelines.map(({ id, receivers, processors, exporters }) => ({
      id,
      receivers: [...receivers],
      processors: [...processors],
      exporters: [...exporters],
    })),
    extensions: [...model.extensions],
    serviceSettings: model.serviceSettings,
    otherSettings: model.otherSettings,
    pipelineFile: model.pipelineFile,
  };
}

/** Writes the service's model. */
export function writeModel(model: GraphModel): MessageInitShape<typeof PipelineModelSchema> {
  return {
    nodes: model.components.map((component) => ({ ...component, kind: kinds[component.kind] })),
    pipelines: model.routes.map(({ id, receivers, processors, exporters }) => ({
      id,
      receivers: [...receivers],
      processors: [...processors],
      exporters: [...exporters],
    })),
    extensions: [...model.extensions],
    serviceSettings: model.serviceSettings,
    otherSettings: model.otherSettings,
    pipelineFile: model.pipelineFile,
  };
}

function kindOf(kind: NodeKind, id: string): ComponentKind {
  const entry = (Object.entries(kinds) as [ComponentKind, NodeKind][]).find(([, each]) => each === kind);
  if (entry) return entry[0];
  throw new Error(`${id} is of a kind (${kind}) that this console does not know. Reload the page for a newer console.`);
}
