import { create } from "@bufbuild/protobuf";
import { type PipelineReference, PipelineReferenceSchema } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_pb.ts";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { parsePair } from "../scenario/values.ts";
import { readTextFile } from "./read-source.ts";

/** Something that can be looked at: a pipeline of the server, or the text of a file. */
export type Subject =
  | { case: "pipeline"; value: PipelineReference }
  | { case: "pipelineFile"; value: string }
  | { case: "config"; value: string };

/**
 * Reads what a command line means: `name`, `name@2`, the path of a file, or - for standard input. Throws a
 * usage CommandError.
 */
export async function readSubject(text: string, variables: readonly string[]): Promise<Subject> {
  if (!isPath(text)) return { case: "pipeline", value: referenceOf(text, undefined, variables) };
  const content = await readTextFile(text);
  return { case: isPipelineFile(content) ? "pipelineFile" : "config", value: content };
}

/** Says whether a word of a command line is a path, or - for standard input; else it is the name of a pipeline. */
export function isPath(text: string): boolean {
  return text === "-" || /[./\\]/.test(text);
}

/** By keys at the top, for the text may not be YAML: a collector knows none of a pipeline file's, which in turn has no service. */
function isPipelineFile(text: string): boolean {
  const has = (keys: string) => new RegExp(`^(?:\\{\\s*)?["']?(?:${keys})["']?\\s*:`, "m").test(text);
  return has("name|title|strategy|keeps|drops|variables") && !has("service");
}

/** A pipeline by name, `name@2` or `--version`, with variables. Throws a usage CommandError. */
export function referenceOf(
  text: string,
  version: string | undefined,
  variables: readonly string[],
): PipelineReference {
  const at = text.lastIndexOf("@");
  const [name, own] = at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
  if (own !== undefined && version !== undefined)
    throw new CommandError(`${text} and --version ${version}: say the version once`, exitCodes.usage);
  return create(PipelineReferenceSchema, {
    name,
    version: wholeNumber(own ?? version, own === undefined ? "--version" : text),
    variables: variablesOf(variables),
  });
}

/** The version that is asked for, 0 without one. Throws a usage CommandError. */
export function wholeNumber(text: string | undefined, where = "--version"): number {
  const value = Number(text ?? 0);
  if (!Number.isSafeInteger(value) || value < 0 || value > 0xffff_ffff || text === "") {
    throw new CommandError(`${where}: a version is a whole number, not "${text}"`, exitCodes.usage);
  }
  return value;
}

function variablesOf(pairs: readonly string[]): Record<string, string> {
  try {
    return Object.fromEntries(pairs.map(parsePair));
  } catch (error) {
    throw new CommandError(`--var: ${(error as Error).message}`, exitCodes.usage, { cause: error });
  }
}
