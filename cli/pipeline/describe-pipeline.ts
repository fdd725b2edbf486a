import type { Finding, Pipeline } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_pb.ts";
import {
  FindingSeverity,
  PipelineOrigin,
  PipelineState,
  VariableType,
} from "@phoenix/gen/phoenix/pipelines/v1/pipeline_pb.ts";
import { enumWord, formatTime } from "@phoenix/report/quantities";
import { visibleText } from "@phoenix/report/visible-text";
import { renderFacts, renderTable } from "../output/table.ts";

/** Where a version stands, in one word. */
export function stateWord(pipeline: Pipeline): string {
  return enumWord(PipelineState, pipeline.state).toLowerCase();
}

/** Everything of a version, for people. */
export function describePipeline(pipeline: Pipeline): string {
  const facts = renderFacts([
    ["Name", pipeline.name],
    ["Version", `${pipeline.version}, ${stateWord(pipeline)}`],
    ["From", pipeline.origin === PipelineOrigin.CATALOG ? "the catalog" : pipeline.author],
    ["Stored", formatTime(pipeline.createTime)],
    ["Title", pipeline.title],
    ["Strategy", pipeline.strategy],
    ["Keeps", pipeline.keeps],
    ["Drops", pipeline.drops],
    ["Filter", pipeline.dynamic === undefined ? "fixed" : "moved by the agent while the collector runs"],
  ]);
  const variables = renderTable(
    ["variable", "type", "default", "range", "help"],
    pipeline.variables.map((variable) => [
      variable.name,
      enumWord(VariableType, variable.type).toLowerCase(),
      variable.defaultValue,
      variable.minimum || variable.maximum ? `${variable.minimum} to ${variable.maximum}` : "",
      variable.help,
    ]),
    "It has no variables.",
  );
  const texts = [pipeline.readme, pipeline.template].filter((text) => text !== "").map(visibleText);
  return [facts, variables, ...texts].join("\n\n");
}

/** The versions of a pipeline, or the pipelines themselves, as a table. */
export function pipelineTable(pipelines: readonly Pipeline[], last: "strategy" | "title"): string {
  return renderTable(
    ["name", "version", "state", "by", last],
    pipelines.map((pipeline) => [
      pipeline.name,
      String(pipeline.version),
      stateWord(pipeline),
      pipeline.origin === PipelineOrigin.CATALOG ? "shipped" : pipeline.author,
      pipeline[last],
    ]),
    "There are no pipelines.",
  );
}

/** One finding as a line that editors can jump from. */
export function describeFinding(file: string, finding: Finding): string {
  const place = finding.line > 0 ? `${file}:${finding.line}:${finding.column}` : finding.path || file;
  const advice = finding.suggestion === "" ? "" : ` (${finding.suggestion})`;
  const severity = enumWord(FindingSeverity, finding.severity).toLowerCase();
  return visibleText(`${place}: ${severity}: ${finding.message}${advice} [${finding.rule}]`);
}
