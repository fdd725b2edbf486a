import { UpdateHostResponseSchema } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import { Command } from "commander";
import { newRequestId } from "../client/request-id.ts";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { printMessage } from "../output/output.ts";
import { parsePair } from "../scenario/values.ts";
import { contextOf } from "./context.ts";

/** `phoenix host label`. */
export function hostLabelCommand(): Command {
  return new Command("label")
    .description("set and remove labels of a host; deployments that select them follow")
    .argument("<id-or-name>")
    .argument("<changes...>", "name=value sets a label, name- removes it")
    .option("--reason <text>", "why, for the record", "")
    .action(label);
}

async function label(
  idOrName: string,
  changes: string[],
  { reason }: { reason: string },
  command: Command,
): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  const { host } = await client.fleet.getHost({ hostId: idOrName });
  const answer = await client.fleet.updateHost({
    requestId: newRequestId(),
    hostId: host?.hostId ?? idOrName,
    // All labels are sent, so one that somebody set meanwhile must not be lost.
    etag: host?.etag ?? "",
    labels: changedLabels(host?.labels ?? {}, changes),
    updateMask: { paths: ["labels"] },
    reason,
  });
  printMessage(terminal, format, UpdateHostResponseSchema, answer, () => {
    const labels = Object.entries(answer.host?.labels ?? {}).map(([name, value]) => `${name}=${value}`);
    return `${answer.host?.facts?.hostName ?? idOrName}: ${labels.join(", ") || "no labels"}`;
  });
}

/** Labels after changes `name=value` and `name-`, in their order. Throws a usage error that shows the form. */
export function changedLabels(labels: Readonly<Record<string, string>>, changes: string[]): Record<string, string> {
  const changed = new Map(Object.entries(labels));
  for (const change of changes) {
    const [, removed] = /^([^=]+)-$/.exec(change) ?? [];
    if (removed !== undefined) {
      changed.delete(removed);
      continue;
    }
    const [name, value] = pairOf(change);
    changed.set(name, value);
  }
  return Object.fromEntries(changed);
}

function pairOf(text: string): [name: string, value: string] {
  try {
    return parsePair(text);
  } catch (error) {
    throw new CommandError(`${(error as Error).message}, or name- to remove it`, exitCodes.usage);
  }
}
