import { create } from "@bufbuild/protobuf";
import {
  GetPipelineResponseSchema,
  ListPipelinesResponseSchema,
  RenderPipelineResponseSchema,
  RenderPurpose,
} from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { Command } from "commander";
import { allPages } from "../client/all-pages.ts";
import { printMessage } from "../output/output.ts";
import { describePipeline, pipelineTable } from "../pipeline/describe-pipeline.ts";
import { referenceOf } from "../pipeline/subjects.ts";
import { contextOf, withServerOptions } from "./context.ts";
import { deployCommands } from "./pipeline-deploy.ts";
import { diffCommand } from "./pipeline-diff.ts";
import { manifestsCommand } from "./pipeline-manifests.ts";
import { validateCommand } from "./pipeline-validate.ts";
import { createCommand, deleteCommand, versionCommands } from "./pipeline-versions.ts";
import { collect } from "./repeated-option.ts";

/** `phoenix pipeline ...`. */
export function pipelineCommand(): Command {
  const command = new Command("pipeline").description(
    "pipelines: what there is, your own, what they mean, where they run",
  );
  command.addCommand(withServerOptions(new Command("list").description("list the pipelines").action(list)));
  command.addCommand(
    withServerOptions(
      new Command("show")
        .description("show one pipeline with its variables, README and template")
        .argument("<name>", "name, or name@version")
        .option("--version <number>", "version; the newest without it")
        .action(show),
    ),
  );
  command.addCommand(createCommand());
  command.addCommand(versionCommands());
  command.addCommand(diffCommand());
  command.addCommand(
    withServerOptions(
      new Command("render")
        .description("print the collector configuration of a pipeline")
        .argument("<name>", "name, or name@version")
        .option("--version <number>", "version; the newest without it")
        .option("--var <name=value>", "set a variable; may be repeated", collect, [])
        .option("--must-keep <expression>", "processes to keep; may be repeated", collect, [])
        .option("--export", "with the real backends, not only the tap")
        .action(render),
    ),
  );
  command.addCommand(validateCommand());
  command.addCommand(manifestsCommand());
  command.addCommand(deleteCommand());
  for (const verb of deployCommands()) command.addCommand(verb);
  return command;
}

async function list(_options: unknown, command: Command): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  const pipelines = await allPages(async (pageToken) => {
    const page = await client.pipelines.listPipelines({ pageToken });
    return { items: page.pipelines, nextPageToken: page.nextPageToken };
  }, Number.POSITIVE_INFINITY);
  printMessage(terminal, format, ListPipelinesResponseSchema, create(ListPipelinesResponseSchema, { pipelines }), () =>
    pipelineTable(pipelines, "strategy"),
  );
}

async function show(text: string, options: { version?: string }, command: Command): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  const { name, version } = referenceOf(text, options.version, []);
  const answer = await client.pipelines.getPipeline({ name, version });
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
    pipeline: referenceOf(name, options.version, options.var),
    purpose: options.export ? RenderPurpose.EXPORT : RenderPurpose.SHADOW,
    mustKeep: options.mustKeep,
  });
  if (format === "table") {
    terminal.out.write(answer.config);
    terminal.err.write(`digest ${answer.configDigest}\n`);
  } else printMessage(terminal, format, RenderPipelineResponseSchema, answer, () => "");
}
