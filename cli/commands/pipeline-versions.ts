import { create } from "@bufbuild/protobuf";
import { FindingSeverity } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_pb.ts";
import {
  type CreatePipelineVersionResponse,
  CreatePipelineVersionResponseSchema,
  DeletePipelineResponseSchema,
  ListPipelineVersionsResponseSchema,
  PublishPipelineVersionResponseSchema,
} from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { fromConnectError } from "@phoenix/platform/errors";
import { Command } from "commander";
import { allPages } from "../client/all-pages.ts";
import { newRequestId } from "../client/request-id.ts";
import { CommandError } from "../output/command-error.ts";
import { confirm } from "../output/confirm.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { printMessage } from "../output/output.ts";
import { describeFinding, pipelineTable, stateWord } from "../pipeline/describe-pipeline.ts";
import { readTextFile, readTextFrom } from "../pipeline/read-source.ts";
import { referenceOf } from "../pipeline/subjects.ts";
import { contextOf, withServerOptions } from "./context.ts";

type SourceOptions = { file?: string; from?: string; readme?: string; publish?: boolean; validateOnly?: boolean };

/** `phoenix pipeline create`. */
export function createCommand(): Command {
  return sourceCommand("create", "store a pipeline from a file: a draft, or offered at once with --publish");
}

/** `phoenix pipeline version ...`. */
export function versionCommands(): Command {
  const command = new Command("version").description("versions of a pipeline: list, create, publish");
  command.addCommand(
    withServerOptions(
      new Command("list").description("list the versions of a pipeline, newest first").argument("<name>").action(list),
    ),
  );
  command.addCommand(sourceCommand("create", "store the next version of a pipeline from a file; a draft is replaced"));
  command.addCommand(
    withServerOptions(
      new Command("publish")
        .description("check a draft and offer it; from then on it never changes")
        .argument("<name>", "name, or name@version")
        .option("--version <number>", "version; the draft without it")
        .action(publish),
    ),
  );
  return command;
}

/** `phoenix pipeline delete`. */
export function deleteCommand(): Command {
  return withServerOptions(
    new Command("delete")
      .description("delete a draft with --version, or every version of a pipeline that was added")
      .argument("<name>", "name, or name@version")
      .option("--version <number>", "version of a draft; all versions without it")
      .option("-y, --yes", "do not ask")
      .action(remove),
  );
}

function sourceCommand(name: string, description: string): Command {
  return withServerOptions(
    new Command(name)
      .description(description)
      .option("-f, --file <path>", "the pipeline file, or - for standard input")
      .option("--from <url>", "an https address to read it from")
      .option("--readme <path>", "what it is for and when not to use it, Markdown")
      .option("--publish", "offer it at once; it must have no error")
      .option("--validate-only", "check everything, store nothing")
      .action(store),
  );
}

async function list(name: string, _options: unknown, command: Command): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  const pipelines = await allPages(async (pageToken) => {
    const page = await client.pipelines.listPipelineVersions({ name, pageToken });
    return { items: page.pipelines, nextPageToken: page.nextPageToken };
  }, Number.POSITIVE_INFINITY);
  const answer = create(ListPipelineVersionsResponseSchema, { pipelines });
  printMessage(terminal, format, ListPipelineVersionsResponseSchema, answer, () => pipelineTable(pipelines, "title"));
}

async function store(options: SourceOptions, command: Command): Promise<void> {
  const { client, format, terminal, signal } = contextOf(command);
  const { publish = false, validateOnly = false } = options;
  const source = options.from ?? options.file ?? "";
  if ((options.from === undefined) === (options.file === undefined))
    throw new CommandError("name one source: --file <path>, --file - or --from <url>", exitCodes.usage);
  const pipelineFile = options.from === undefined ? await readTextFile(source) : await readTextFrom(source, signal);
  const readme = options.readme === undefined ? "" : await readTextFile(options.readme);
  const answer = await client.pipelines
    .createPipelineVersion({ requestId: newRequestId(), pipelineFile, readme, publish, validateOnly })
    .catch((caught: unknown) => {
      const error = fromConnectError(caught);
      // Its places are places in this file.
      if (error.metadata.field !== "pipeline_file") throw caught;
      throw new CommandError(`${source}: ${error.message}`, exitCodes.usage, { cause: caught });
    });
  printMessage(terminal, format, CreatePipelineVersionResponseSchema, answer, () =>
    [...answer.findings.map((finding) => describeFinding(source, finding)), saySource(source, answer, options)].join(
      "\n",
    ),
  );
  if (validateOnly && hasError(answer)) throw new CommandError(`${source} has errors`, exitCodes.refused);
}

function saySource(source: string, answer: CreatePipelineVersionResponse, options: SourceOptions): string {
  const { pipeline } = answer;
  if (pipeline === undefined) return `${source} is no pipeline file`;
  const which = `version ${pipeline.version} of ${pipeline.name}`;
  if (answer.findings.some(({ rule }) => rule === "already-published")) return `${which} is this already`;
  if (options.validateOnly) return `it would be ${which}, ${stateWord(pipeline)}`;
  if (options.publish) return `published ${which}`;
  const next = hasError(answer) ? "mend it and store it again" : `phoenix pipeline version publish ${pipeline.name}`;
  return `stored ${which}, ${stateWord(pipeline)}; next: ${next}`;
}

function hasError({ findings }: CreatePipelineVersionResponse): boolean {
  return findings.some(({ severity }) => severity === FindingSeverity.ERROR);
}

async function publish(text: string, options: { version?: string }, command: Command): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  const { name, version } = referenceOf(text, options.version, []);
  const answer = await client.pipelines.publishPipelineVersion({ requestId: newRequestId(), name, version });
  printMessage(terminal, format, PublishPipelineVersionResponseSchema, answer, () =>
    [
      ...answer.findings.map((finding) => describeFinding(name, finding)),
      `published version ${answer.pipeline?.version} of ${name}`,
    ].join("\n"),
  );
}

async function remove(text: string, options: { version?: string; yes?: boolean }, command: Command): Promise<void> {
  const { client, format, terminal, signal } = contextOf(command);
  const { name, version } = referenceOf(text, options.version, []);
  const what = version === 0 ? `every version of ${name}` : `version ${version} of ${name}`;
  if (!options.yes && !(await confirm(terminal, `Delete ${what}?`, signal)))
    throw new CommandError(`${name} was not deleted`, exitCodes.refused);
  const answer = await client.pipelines.deletePipeline({ requestId: newRequestId(), name, version });
  printMessage(terminal, format, DeletePipelineResponseSchema, answer, () =>
    answer.versions === 1 ? `deleted 1 version of ${name}` : `deleted ${answer.versions} versions of ${name}`,
  );
}
