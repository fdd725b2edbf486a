import { type PipelineModel, parseModel } from "../graph/index.ts";

/** The model of a configuration. Throws what was found in one that has none. */
export function readModel(text: string): PipelineModel {
  const { model, findings } = parseModel(text);
  if (!model) throw new Error(JSON.stringify(findings));
  return model;
}
