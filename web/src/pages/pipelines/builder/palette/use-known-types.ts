import { useQuery } from "@connectrpc/connect-query";
import { PipelineService } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { fileTransport } from "../../data/pipelines-client.ts";
import { componentKey } from "../graph/canvas.ts";
import { type ComponentKind, readModel } from "../graph/graph-model.ts";
import { componentTypes } from "../library/find-type.ts";

/** A configuration of every component with a form; JSON is YAML. */
const everything = JSON.stringify({
  ...Object.fromEntries(
    (["receiver", "processor", "exporter", "extension"] as const).map((kind) => [`${kind}s`, ofKind(kind)]),
  ),
  service: {},
});

function ofKind(kind: ComponentKind): Record<string, null> {
  return Object.fromEntries(componentTypes.filter((each) => each.kind === kind).map(({ type }) => [type, null]));
}

/** Which of the components with a form this server knows, by kind and type; undefined until it has said. */
export function useKnownTypes(): ReadonlySet<string> | undefined {
  const { data } = useQuery(
    PipelineService.method.parseModel,
    { yaml: everything },
    { transport: fileTransport, staleTime: Number.POSITIVE_INFINITY, refetchInterval: false },
  );
  if (data?.model === undefined) return undefined;
  const known = readModel(data.model).components.filter((each) => each.known);
  return new Set(known.map(({ kind, id }) => componentKey(kind, id)));
}
