import type { PipelineDifference } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_pb.ts";
import { DiffPipelinesResponseSchema } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { visibleText } from "@phoenix/report/visible-text";
import { Command } from "commander";
import { printMessage } from "../output/output.ts";
import { readSubject } from "../pipeline/subjects.ts";
import { contextOf, withServerOptions } from "./context.ts";
import { collect } from "./repeated-option.ts";

/** `phoenix pipeline diff`. */
export function diffCommand(): Command {
  return withServerOptions(
    new Command("diff")
      .description("compare two pipelines, versions or files by what they mean")
      .argument("<left>", "name, name@version, path of a .yaml file, or - for standard input")
      .argument("<right>", "the same")
      .option("--left-var <name=value>", "set a variable of the left pipeline; may be repeated", collect, [])
      .option("--right-var <name=value>", "set a variable of the right pipeline; may be repeated", collect, [])
      .option("--values", "with the values on both sides")
      .action(diff),
  );
}

async function diff(
  left: string,
  right: string,
  options: { leftVar: string[]; rightVar: string[]; values?: boolean },
  command: Command,
): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  const answer = await client.pipelines.diffPipelines({
    left: { side: await readSubject(left, options.leftVar) },
    right: { side: await readSubject(right, options.rightVar) },
  });
  printMessage(terminal, format, DiffPipelinesResponseSchema, answer, () => {
    if (answer.differences.length === 0) return "They mean the same.";
    return answer.differences.map((difference) => describe(difference, options.values ?? false)).join("\n");
  });
}

function describe({ path, left, right, summary }: PipelineDifference, values: boolean): string {
  const lines = [`${path}: ${summary}`];
  if (values) lines.push(...marked("-", left), ...marked("+", right));
  return visibleText(lines.join("\n"));
}

function marked(mark: string, value: string): string[] {
  return value === "" ? [] : value.split("\n").map((line) => `  ${mark} ${line}`);
}
