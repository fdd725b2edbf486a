import { toJson } from "@bufbuild/protobuf";
import { FindingSeverity } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_pb.ts";
import {
  type ValidatePipelineResponse,
  ValidatePipelineResponseSchema,
} from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { Command } from "commander";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { printValue } from "../output/output.ts";
import { describeFinding } from "../pipeline/describe-pipeline.ts";
import { findSubjects } from "../pipeline/find-subjects.ts";
import { readSubject } from "../pipeline/subjects.ts";
import { contextOf, withServerOptions } from "./context.ts";
import { collect } from "./repeated-option.ts";

type ValidateOptions = { var: string[]; strict?: boolean };
/** One subject and what was found of it. */
type Checked = { subject: string; answer: ValidatePipelineResponse; refused: boolean };

/** `phoenix pipeline validate`. */
export function validateCommand(): Command {
  return withServerOptions(
    new Command("validate")
      .description("check pipelines, pipeline files and collector configurations")
      .argument(
        "<name-or-path...>",
        "name, name@version, path of a file or of a folder of them, or - for standard input",
      )
      .option("--var <name=value>", "set a variable; may be repeated", collect, [])
      .option("--strict", "refuse warnings as errors are")
      .action(validate),
  );
}

async function validate(texts: string[], options: ValidateOptions, command: Command): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  const all: Checked[] = [];
  for (const subject of await findSubjects(texts)) {
    const answer = await client.pipelines.validatePipeline({ subject: await readSubject(subject, options.var) });
    const checked = { subject, answer, refused: refuses(answer, options.strict ?? false) };
    all.push(checked);
    if (format === "table") terminal.out.write(`${describe(checked)}\n`);
  }
  const refused = all.filter((checked) => checked.refused);
  const [only] = all;
  if (only !== undefined && all.length === 1) {
    if (format !== "table") printValue(terminal, format, toJson(ValidatePipelineResponseSchema, only.answer));
    if (!only.refused) return;
    // The worst comes first.
    throw new CommandError(only.answer.findings[0]?.message ?? `${only.subject} is refused`, exitCodes.refused);
  }
  if (format !== "table") printValue(terminal, format, all.map(toPlain));
  else terminal.out.write(`${all.length} checked, ${refused.length} refused\n`);
  if (refused.length > 0) throw new CommandError(`${refused.length} of ${all.length} are refused`, exitCodes.refused);
}

function refuses({ valid, findings }: ValidatePipelineResponse, strict: boolean): boolean {
  return !valid || (strict && findings.some(({ severity }) => severity === FindingSeverity.WARNING));
}

function describe({ subject, answer, refused }: Checked): string {
  const asked = answer.collectorAsked ? "the collector accepts it" : "the collector was not asked";
  const valid = refused ? "is valid but for warnings" : `is valid: ${asked}`;
  return [
    ...answer.findings.map((finding) => describeFinding(subject, finding)),
    `${subject} ${answer.valid ? valid : "is not valid"}.`,
  ].join("\n");
}

function toPlain({ subject, answer }: Checked): object {
  return { subject, ...(toJson(ValidatePipelineResponseSchema, answer) as object) };
}
