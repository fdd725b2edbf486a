import { readFileSync } from "node:fs";
import { create } from "@bufbuild/protobuf";
import type { Finding, Pipeline } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_pb.ts";
import { FindingSeverity, VariableType } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_pb.ts";
import type { ValidatePipelineRequest } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import {
  GetPipelineResponseSchema,
  ListPipelinesResponseSchema,
  RenderPipelineResponseSchema,
  RenderPurpose,
  ValidatePipelineResponseSchema,
} from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { Command } from "commander";
import { allPages } from "../client/all-pages.ts";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { printMessage } from "../output/output.ts";
import { enumWord } from "../output/quantities.ts";
import { renderFacts, renderTable } from "../output/table.ts";
import { parsePair } from "../scenario/values.ts";
import { contextOf, withServerOptions } from "./context.ts";

/** `phoenix pipeline ...`. */
export function pipelineCommand(): Command {
  const command = new Command("pipeline").description("the catalog of pipelines: list, show, validate, render");
  command.addCommand(withServerOptions(new Command("list").description("list the pipelines").action(list)));
  command.addCommand(
    withServerOptions(
      new Command("show")
        .description("show one pipeline with its variables and template")
        .argument("<name>")
        .option("--version <number>", "version; the newest without it")
        .action(show),
    ),
  );
  command.addCommand(
    withServerOptions(
      new Command("render")
        .description("print the collector configuration of a pipeline")
        .argument("<name>")
        .option("--version <number>", "version; the newest without it")
        .option("--var <name=value>", "set a variable; may be repeated", collect, [])
        .option("--must-keep <expression>", "processes to keep; may be repeated", collect, [])
        .option("--export", "with the real backends, not only the tap")
        .action(render),
    ),
  );
  command.addCommand(
    withServerOptions(
      new Command("validate")
        .description("check a pipeline of the catalog, a pipeline file or a collector configuration")
        .argument("<name-or-file>", "name of a pipeline, or path of a .yaml file")
        .option("--var <name=value>", "set a variable; may be repeated", collect, [])
        .action(validate),
    ),
  );
  return command;
}

async function list(_options: unknown, command: Command): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  const pipelines = await allPages(async (pageToken) => {
    const page = await client.pipelines.listPipelines({ pageToken });
    return { items: page.pipelines, nextPageToken: page.nextPageToken };
  }, Number.POSITIVE_INFINITY);
  printMessage(terminal, format, ListPipelinesResponseSchema, create(ListPipelinesResponseSchema, { pipelines }), () =>
    renderTable(
      ["name", "version", "strategy"],
      pipelines.map((pipeline) => [pipeline.name, String(pipeline.version), pipeline.strategy]),
      "There are no pipelines.",
    ),
  );
}

async function show(name: string, options: { version?: string }, command: Command): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  const answer = await client.pipelines.getPipeline({ name, version: wholeNumber(options.version) });
  printMessage(terminal, format, GetPipelineResponseSchema, answer, () =>
    answer.pipeline === undefined ? "" : describePipeline(answer.pipeline),
  );
}

async function render(
  name: string,
  options: { version?: string; var: string[]; mustKeep: string[]; export?: boolean },
  command: Command,
): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  const answer = await client.pipelines.renderPipeline({
    pipeline: { name, version: wholeNumber(options.version), variables: variablesOf(options.var) },
    purpose: options.export ? RenderPurpose.EXPORT : RenderPurpose.SHADOW,
    mustKeep: options.mustKeep,
  });
  if (format === "table") {
    terminal.out.write(answer.config);
    terminal.err.write(`digest ${answer.configDigest}\n`);
  } else printMessage(terminal, format, RenderPipelineResponseSchema, answer, () => "");
}

async function validate(nameOrFile: string, options: { var: string[] }, command: Command): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  const answer = await client.pipelines.validatePipeline({ subject: subjectOf(nameOrFile, options.var) });
  printMessage(terminal, format, ValidatePipelineResponseSchema, answer, () => {
    const asked = answer.collectorAsked ? "the collector accepts it" : "the collector was not asked";
    const summary = answer.valid ? `${nameOrFile} is valid: ${asked}.` : `${nameOrFile} is not valid.`;
    return [...answer.findings.map((finding) => describeFinding(nameOrFile, finding)), summary].join("\n");
  });
  if (!answer.valid) {
    const first = answer.findings.find((finding) => finding.severity === FindingSeverity.ERROR);
    throw new CommandError(first?.message ?? `${nameOrFile} is not valid`, exitCodes.refused);
  }
}

function subjectOf(nameOrFile: string, variables: string[]): ValidatePipelineRequest["subject"] {
  if (!/[./\\]/.test(nameOrFile)) {
    const value = { $typeName: "phoenix.pipelines.v1.PipelineReference" as const, name: nameOrFile, version: 0 };
    return { case: "pipeline", value: { ...value, variables: variablesOf(variables) } };
  }
  let text: string;
  try {
    text = readFileSync(nameOrFile, "utf8");
  } catch (error) {
    throw new CommandError(`cannot read ${nameOrFile}: ${(error as Error).message}`, exitCodes.usage);
  }
  // A collector configuration has a `service`; a pipeline file of ours has a `pipeline` or variables.
  return /^service:/m.test(text) ? { case: "config", value: text } : { case: "pipelineFile", value: text };
}

function describePipeline(pipeline: Pipeline): string {
  const facts = renderFacts([
    ["Name", pipeline.name],
    ["Version", String(pipeline.version)],
    ["Title", pipeline.title],
    ["Strategy", pipeline.strategy],
    ["Keeps", pipeline.keeps],
    ["Drops", pipeline.drops],
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
  return `${facts}\n\n${variables}\n\n${pipeline.template}`;
}

function describeFinding(file: string, finding: Finding): string {
  const place = finding.line > 0 ? `${file}:${finding.line}:${finding.column}` : finding.path || file;
  const advice = finding.suggestion === "" ? "" : ` (${finding.suggestion})`;
  return `${place}: ${enumWord(FindingSeverity, finding.severity).toLowerCase()}: ${finding.message}${advice} [${finding.rule}]`;
}

function variablesOf(pairs: string[]): Record<string, string> {
  try {
    return Object.fromEntries(pairs.map(parsePair));
  } catch (error) {
    throw new CommandError(`--var: ${(error as Error).message}`, exitCodes.usage);
  }
}

function wholeNumber(text: string | undefined): number {
  const value = Number(text ?? 0);
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new CommandError(`--version takes a whole number, not "${text}"`, exitCodes.usage);
  }
  return value;
}

/** Gathers the values of an option that may be repeated. */
export function collect(value: string, before: string[]): string[] {
  return [...before, value];
}
