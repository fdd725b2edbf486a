import { toJson } from "@bufbuild/protobuf";
import {
  type ExperimentEvent,
  ExperimentEventSchema,
  ExperimentEventType,
} from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { enumWord, formatTime } from "@phoenix/report/quantities";
import { stringify } from "yaml";
import type { PhoenixClient } from "../client/phoenix-client.ts";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { type OutputFormat, printValue, type Terminal } from "../output/output.ts";
import { renderTable } from "../output/table.ts";
import { followEvents } from "./follow-events.ts";

type Context = {
  client: Pick<PhoenixClient, "experiments">;
  terminal: Terminal;
  format: OutputFormat;
  signal: AbortSignal;
};

/** Which events to print. */
export type EventsQuery = {
  experimentId: string;
  /** Only events after this number. */
  afterSequence: bigint;
  /** Go on with new ones as they come, until Ctrl-C. */
  follow: boolean;
};

/**
 * Prints what happened to an experiment: all of it at once, or event by event
 * while following; then JSON is one event a line and YAML one a document.
 */
export async function printEvents(context: Context, query: EventsQuery): Promise<void> {
  const { terminal, format } = context;
  if (query.follow) return follow(context, query);
  const events = await readEvents(context, query);
  if (format !== "table") {
    printValue(terminal, format, { events: events.map((event) => toJson(ExperimentEventSchema, event)) });
    return;
  }
  const none = `There are no events after number ${query.afterSequence}.`;
  terminal.out.write(`${renderTable(["#", "time", "event", "by", "message"], events.map(cellsOf), none)}\n`);
}

async function readEvents({ client, signal }: Context, query: EventsQuery): Promise<ExperimentEvent[]> {
  const { experimentId, afterSequence } = query;
  const { experiment } = await client.experiments.getExperiment({ experimentId }, { signal });
  const last = experiment?.lastEventSequence ?? 0n;
  const events: ExperimentEvent[] = [];
  if (afterSequence >= last) return events;
  for await (const event of followEvents(client, { experimentId, afterSequence, untilOver: false }, signal)) {
    events.push(event);
    if (event.sequence >= last) break;
  }
  return events;
}

async function follow({ client, terminal, format, signal }: Context, query: EventsQuery): Promise<void> {
  try {
    for await (const event of followEvents(client, { ...query, untilOver: false }, signal)) {
      terminal.out.write(entryOf(event, format));
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new CommandError("stopped following; the experiment goes on", exitCodes.interrupted);
  }
}

function entryOf(event: ExperimentEvent, format: OutputFormat): string {
  if (format === "table") return `${cellsOf(event).join("  ")}\n`;
  const value = toJson(ExperimentEventSchema, event);
  return format === "json" ? `${JSON.stringify(value)}\n` : `---\n${stringify(value)}`;
}

function cellsOf({ sequence, time, type, actor, message, userReason }: ExperimentEvent): string[] {
  const word = enumWord(ExperimentEventType, type).toLowerCase().replaceAll("_", " ");
  const said = userReason === "" || message.includes(userReason) ? message : `${message} (${userReason})`;
  return [String(sequence), formatTime(time), word, actor, said];
}
