import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ArmPanel } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_pb.ts";
import { armsOf, panelPages } from "@phoenix/report";
import { Command } from "commander";
import { exportExperiment } from "../experiment/export-experiment.ts";
import { panelFile } from "../experiment/panel-file.ts";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { writeAnswer, writeWhole } from "../output/write-answer.ts";
import { type CommandContext, connectionOf, withConnectionOptions } from "./context.ts";
import { phoenixVersion } from "./version.ts";

type ExportOptions = { format: string; file?: string; variant?: string };
type Context = Omit<CommandContext, "format">;

/** `phoenix experiment export`. */
export function exportCommand(): Command {
  return withConnectionOptions(
    new Command("export")
      .description("write everything of an experiment, or the panel that `phoenix analyze` reads, as JSON")
      .argument("<id>"),
  )
    .option("--format <format>", "json: everything; panel: the evidence of one candidate for `phoenix analyze`", "json")
    .option("--file <path>", "write it there instead of to standard output")
    .option("--variant <name>", "the candidate of the panel, where there are several")
    .action(exportTo);
}

async function exportTo(experimentId: string, options: ExportOptions, command: Command): Promise<void> {
  const context = connectionOf(command);
  if (options.format === "panel") {
    const panel = await readPanelFile(context, experimentId, options.variant);
    await writeAnswer(context.terminal, options.file, `${JSON.stringify(panel)}\n`);
    return;
  }
  if (options.format !== "json") {
    throw new CommandError(`--format takes json or panel, not "${options.format}"`, exitCodes.usage);
  }
  const { client, signal, terminal } = context;
  const say = (line: string): void => {
    terminal.err.write(`${line}\n`);
  };
  const text = exportExperiment({ client, signal, phoenixVersion, say }, experimentId);
  if (options.file === undefined) {
    for await (const piece of text) {
      if (!terminal.out.write(piece)) await new Promise<void>((resolve) => terminal.out.once("drain", resolve));
    }
    return;
  }
  await writeWhole(options.file, (partial) => pipeline(Readable.from(text), createWriteStream(partial), { signal }));
  say(`written to ${options.file}`);
}

async function readPanelFile({ client, signal, terminal }: Context, experimentId: string, wanted: string | undefined) {
  const [{ experiment }, { verdicts }] = await Promise.all([
    client.experiments.getExperiment({ experimentId }, { signal }),
    client.analytics.getVerdict({ experimentId }, { signal }),
  ]);
  if (experiment === undefined)
    throw new CommandError(`the server gave no experiment ${experimentId}`, exitCodes.internal);
  const [, ...candidates] = armsOf(experiment).map(({ variant }) => variant);
  const variant = wanted ?? (candidates.length === 1 ? candidates[0] : undefined);
  if (variant === undefined || !candidates.includes(variant)) {
    throw new CommandError(`name one candidate with --variant: ${candidates.join(", ")}`, exitCodes.usage);
  }
  const panel: ArmPanel[] = [];
  let windows = 0;
  const { measureTime } = experiment;
  for await (const arms of panelPages(
    client,
    { experimentId, ...(measureTime && { startTime: measureTime }) },
    { signal },
  )) {
    panel.push(...arms);
    windows += arms.reduce((sum, arm) => sum + arm.windows.length, 0);
    terminal.err.write(`${windows} windows\n`);
  }
  return panelFile({ experiment, variant, verdict: verdicts.find((one) => one.variant === variant), panel });
}
