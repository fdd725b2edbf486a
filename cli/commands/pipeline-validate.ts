import { toJson } from "@bufbuild/protobuf";
import { FindingSeverity } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_pb.ts";
import {
  type ValidatePipelineResponse,
  ValidatePipelineResponseSchema,
} from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { Command } from "commander";
import type { PhoenixClient } from "../client/phoenix-client.ts";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { printValue } from "../output/output.ts";
import { checkOffline } from "../pipeline/check-offline.ts";
import { describeFinding } from "../pipeline/describe-pipeline.ts";
import { findSubjects } from "../pipeline/find-subjects.ts";
import { readSubject, type Subject } from "../pipeline/subjects.ts";
import { contextOf, withServerOptions } from "./context.ts";
import { labelsOf } from "./host.ts";
import { collect } from "./repeated-option.ts";

type ValidateOptions = { var: string[]; host: string[]; label: string[]; strict?: boolean; offline?: boolean };
type Check = (subject: Subject, name: string) => Promise<ValidatePipelineResponse>;
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
      .option(
        "--host <id-or-name>",
        "also check that the collector of this host has every component; may be repeated",
        collect,
        [],
      )
      .option("--label <name=value>", "the same for hosts with this label; may be repeated", collect, [])
      .option("--strict", "refuse warnings as errors are")
      .option("--offline", "check files by the rules alone, without a server and its collector")
      .action(validate),
  );
}

async function validate(texts: string[], options: ValidateOptions, command: Command): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  const check = options.offline === true ? offlineCheck(options) : await serverCheck(client, options);
  const all: Checked[] = [];
  for (const subject of await findSubjects(texts)) {
    const answer = await check(await readSubject(subject, options.var), subject);
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

/** Asks a server, for the hosts that are named. */
async function serverCheck(client: PhoenixClient, options: ValidateOptions): Promise<Check> {
  const selector = { hosts: options.host, labels: labelsOf(options.label) };
  const named = options.host.length + options.label.length > 0;
  const hosts = named ? (await client.fleet.listHostComponents(selector)).groups : [];
  if (named && hosts.length === 0)
    throw new CommandError("no host has these labels; `phoenix host list` shows those there are", exitCodes.usage);
  return (subject) => client.pipelines.validatePipeline({ subject, hosts });
}

function offlineCheck(options: ValidateOptions): Check {
  if (options.var.length + options.host.length + options.label.length > 0)
    throw new CommandError("--var, --host and --label need a server: leave out --offline", exitCodes.usage);
  return async (subject, name) => {
    const answer = checkOffline(subject);
    if (answer !== null) return answer;
    const message = `${name} is a pipeline that only a server has: name a file, or leave out --offline`;
    throw new CommandError(message, exitCodes.usage);
  };
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
