import { ForecastPipelineResponseSchema } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { Command } from "commander";
import { describeForecast } from "../loadsim/describe-forecast.ts";
import { readProfileFile } from "../loadsim/read-profile-file.ts";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { printMessage } from "../output/output.ts";
import { referenceOf } from "../pipeline/subjects.ts";
import { contextOf } from "./context.ts";
import { collect } from "./repeated-option.ts";

/** `phoenix loadsim forecast`. */
export function forecastCommand(): Command {
  return new Command("forecast")
    .description("say what a pipeline would send from a host under load, without running anything")
    .argument("<pipeline>", "name, or name@version")
    .option("--profile <name>", "a profile that ships with Phoenix; realistic without it")
    .option("--file <profile.yaml>", "a profile of your own instead")
    .option("--processes <number>", "processes at a time; the profile's own number without it", "0")
    .option("--cpus <number>", "logical processors of the host", "2")
    .option("--var <name=value>", "set a variable of the pipeline; may be repeated", collect, [])
    .option("--must-keep <expression>", "processes that must stay visible; may be repeated", collect, [])
    .action(forecast);
}

type ForecastFlags = {
  profile?: string;
  file?: string;
  processes: string;
  cpus: string;
  var: string[];
  mustKeep: string[];
};

async function forecast(pipeline: string, flags: ForecastFlags, command: Command): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  const answer = await client.pipelines.forecastPipeline({
    pipeline: referenceOf(pipeline, undefined, flags.var),
    mustKeep: flags.mustKeep,
    ...loadOf(flags),
    loadProcesses: upTo("--processes", flags.processes, 2_000),
    cpuCount: upTo("--cpus", flags.cpus, 4_096),
  });
  printMessage(terminal, format, ForecastPipelineResponseSchema, answer, () => describeForecast(answer));
}

function loadOf({ profile, file }: ForecastFlags) {
  if (file === undefined) return { loadProfile: profile ?? "realistic" };
  if (profile === undefined) return { customLoad: readProfileFile(file) };
  throw new CommandError("take --profile or --file, not both", exitCodes.usage);
}

function upTo(flag: string, text: string, most: number): number {
  if (/^\d{1,6}$/.test(text) && Number(text) <= most) return Number(text);
  throw new CommandError(`${flag} takes a whole number up to ${most}, not "${text}"`, exitCodes.usage);
}
