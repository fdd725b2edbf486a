import { useEffect, useState, useSyncExternalStore } from "react";
import { pipelineFiles } from "../data/pipelines-client.ts";
import { type GraphModel, readModel, writeModel } from "./graph/graph-model.ts";
import { createGraphStore, type GraphStore } from "./graph/graph-store.ts";
import { createYamlSync, type YamlService, type YamlState, type YamlSync } from "./sync/yaml-sync.ts";

const service: YamlService = {
  async parse(yaml, signal) {
    if (yaml.trim() === "") return { model: undefined, findings: [] };
    const { model, findings } = await pipelineFiles.parseModel({ yaml }, { signal });
    return { model: model && readModel(model), findings };
  },
  async format(model: GraphModel, signal) {
    return (await pipelineFiles.formatModel({ model: writeModel(model) }, { signal })).yaml;
  },
};

/** One builder: its graph and its text, for as long as the page is shown. */
export function useBuilder(): { graph: GraphStore; sync: YamlSync; yaml: YamlState } {
  const [graph] = useState(createGraphStore);
  const [sync] = useState(() => createYamlSync(graph, service));
  useEffect(() => {
    sync.start();
    return sync.stop;
  }, [sync]);
  const yaml = useSyncExternalStore(sync.subscribe, sync.get);
  return { graph, sync, yaml };
}
