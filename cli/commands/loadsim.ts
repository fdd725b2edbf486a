import { create } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import {
  GetLoadSimulationResponseSchema,
  ListLoadProfilesResponseSchema,
  ListLoadSimulationsResponseSchema,
  type LoadSimulation,
  LoadState,
} from "@phoenix/gen/phoenix/controller/v1/load_simulation_service_pb.ts";
import { Command } from "commander";
import { allPages } from "../client/all-pages.ts";
import { newRequestId } from "../client/request-id.ts";
import { describeLoad, describeProfiles, isOver, loadTable } from "../loadsim/describe-load.ts";
import { readProfileFile } from "../loadsim/read-profile-file.ts";
import { hasBegun, watchLoad } from "../loadsim/watch-load.ts";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { printMessage } from "../output/output.ts";
import { parseDurationMs } from "../scenario/values.ts";
import { type CommandContext, contextOf, withServerOptions } from "./context.ts";
import { labelsOf } from "./host.ts";
import { forecastCommand } from "./loadsim-forecast.ts";
import { collect } from "./repeated-option.ts";

/** `phoenix loadsim ...`. */
export function loadsimCommand(): Command {
  const command = new Command("loadsim").description("make hosts busy in known ways");
  const add = (child: Command): void => void command.addCommand(withServerOptions(child));
  add(
    new Command("start")
      .description("put load on hosts; it ends by itself")
      .option("--profile <name>", "a profile that ships with Phoenix")
      .option("--file <profile.yaml>", "a profile of your own, see docs/load-profiles.md")
      .option("--host <id-or-name>", "a host; may be repeated", collect, [])
      .option("--label <name=value>", "hosts with this label; may be repeated", collect, [])
      .option("--processes <number>", "processes at a time on each host; the profile's own number without it")
      .option("--duration <duration>", "how long it lasts, up to 24h", "10m")
      .option("--seed <number>", "the same seed makes the same processes", "1")
      .option("--wait", "wait until it runs on every host")
      .action(start),
  );
  add(
    new Command("stop")
      .description("stop load; nothing of it is left when its hosts say so")
      .argument("<id>")
      .option("--reason <text>", "why, for the record", "")
      .option("--wait", "wait until nothing of it is left")
      .action(stop),
  );
  add(
    new Command("status")
      .description("show load and how it stands on each host; --watch follows it")
      .argument("<id>")
      .option("-w, --watch", "redraw until it is over")
      .action(status),
  );
  add(
    new Command("list")
      .description("list load, newest first")
      .option("--running", "only what is not over")
      .option("--limit <number>", "at most this many", "50")
      .action(list),
  );
  add(new Command("list-profiles").description("list the kinds of load that ship with Phoenix").action(listProfiles));
  add(forecastCommand());
  return command;
}

type StartFlags = {
  profile?: string;
  file?: string;
  host: string[];
  label: string[];
  processes?: string;
  duration: string;
  seed: string;
  wait?: boolean;
};

async function start(flags: StartFlags, command: Command): Promise<void> {
  const context = contextOf(command);
  const { client, terminal } = context;
  const answer = await client.loads.startLoadSimulation({
    requestId: newRequestId(),
    hosts: { hosts: flags.host, labels: labelsOf(flags.label) },
    load: loadOf(flags),
    processes: Number(wholeNumber("--processes", flags.processes ?? "0", 2_000n)),
    seed: wholeNumber("--seed", flags.seed, 2n ** 64n - 1n),
    maxDuration: durationFromMs(durationOf(flags.duration)),
  });
  let load = answer.loadSimulation!;
  const { loadSimulationId } = load;
  terminal.err.write(`started ${loadSimulationId}; stop it with \`phoenix loadsim stop ${loadSimulationId}\`\n`);
  if (flags.wait) load = await watchLoad(client, loadSimulationId, { ...context, enough: hasBegun });
  print(context, load);
  if (flags.wait && load.hosts.some(({ state }) => state === LoadState.FAILED)) {
    throw new CommandError("the load did not start on every host", exitCodes.internal);
  }
}

async function stop(id: string, flags: { reason: string; wait?: boolean }, command: Command): Promise<void> {
  const context = contextOf(command);
  const answer = await context.client.loads.stopLoadSimulation({
    requestId: newRequestId(),
    loadSimulationId: id,
    reason: flags.reason,
  });
  print(
    context,
    flags.wait ? await watchLoad(context.client, id, { ...context, enough: isOver }) : answer.loadSimulation!,
  );
}

async function status(id: string, flags: { watch?: boolean }, command: Command): Promise<void> {
  const context = contextOf(command);
  if (flags.watch) return print(context, await watchLoad(context.client, id, { ...context, enough: isOver }));
  print(context, (await context.client.loads.getLoadSimulation({ loadSimulationId: id })).loadSimulation!);
}

async function list(flags: { running?: boolean; limit: string }, command: Command): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  const limit = Number(wholeNumber("--limit", flags.limit, 1_000_000n));
  const loadSimulations = await allPages(async (pageToken) => {
    const page = await client.loads.listLoadSimulations({ pageToken, running: flags.running === true });
    return { items: page.loadSimulations, nextPageToken: page.nextPageToken };
  }, limit);
  const answer = create(ListLoadSimulationsResponseSchema, { loadSimulations });
  printMessage(terminal, format, ListLoadSimulationsResponseSchema, answer, () => loadTable(loadSimulations));
}

async function listProfiles(_flags: unknown, command: Command): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  const answer = await client.loads.listLoadProfiles({});
  printMessage(terminal, format, ListLoadProfilesResponseSchema, answer, () => describeProfiles(answer.profiles));
}

function print({ terminal, format }: CommandContext, loadSimulation: LoadSimulation): void {
  const answer = create(GetLoadSimulationResponseSchema, { loadSimulation });
  printMessage(terminal, format, GetLoadSimulationResponseSchema, answer, () => describeLoad(loadSimulation));
}

function loadOf({ profile, file }: StartFlags) {
  if (profile !== undefined && file === undefined) return { case: "profile", value: profile } as const;
  if (file !== undefined && profile === undefined) return { case: "custom", value: readProfileFile(file) } as const;
  const message = "say what load: --profile with a name from `phoenix loadsim list-profiles`, or --file with your own";
  throw new CommandError(message, exitCodes.usage);
}

function durationOf(text: string): number {
  try {
    return parseDurationMs(text);
  } catch (error) {
    throw new CommandError(`--duration: ${(error as Error).message}`, exitCodes.usage);
  }
}

function wholeNumber(flag: string, text: string, most: bigint): bigint {
  const value = /^\d{1,20}$/.test(text) ? BigInt(text) : -1n;
  if (value >= 0n && value <= most) return value;
  throw new CommandError(`${flag} takes a whole number up to ${most}, not "${text}"`, exitCodes.usage);
}
