import {
  DeleteHostResponseSchema,
  DrainHostResponseSchema,
} from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import { Command } from "commander";
import { newRequestId } from "../client/request-id.ts";
import { CommandError } from "../output/command-error.ts";
import { confirm } from "../output/confirm.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { printMessage } from "../output/output.ts";
import { contextOf } from "./context.ts";

/** `phoenix host drain`, `restore` and `forget`. */
export function hostActCommands(): Command[] {
  return [
    new Command("drain")
      .description("give a host no new work; what runs on it goes on, what waits is called off")
      .argument("<id-or-name>")
      .option("--reason <text>", "why, for the record", "")
      .action((idOrName: string, options: { reason: string }, own: Command) => drain(idOrName, true, options, own)),
    new Command("restore")
      .description("give a host that was drained work again")
      .argument("<id-or-name>")
      .option("--reason <text>", "why, for the record", "")
      .action((idOrName: string, options: { reason: string }, own: Command) => drain(idOrName, false, options, own)),
    new Command("forget")
      .description("forget a host and take its credential back; asks first")
      .argument("<id-or-name>")
      .option("--yes", "do not ask")
      .option("--reason <text>", "why, for the record", "")
      .action(forget),
  ];
}

async function drain(
  hostId: string,
  draining: boolean,
  { reason }: { reason: string },
  command: Command,
): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  const answer = await client.fleet.drainHost({ requestId: newRequestId(), hostId, draining, reason });
  const name = answer.host?.facts?.hostName || hostId;
  printMessage(terminal, format, DrainHostResponseSchema, answer, () =>
    draining ? `${name} gets no new work.` : `${name} takes work again.`,
  );
}

async function forget(idOrName: string, options: { yes?: boolean; reason: string }, command: Command): Promise<void> {
  const { client, format, terminal, signal } = contextOf(command);
  const { host } = await client.fleet.getHost({ hostId: idOrName });
  const name = host?.facts?.hostName || idOrName;
  const question = `Forget ${name}? Its open tasks are called off, and its agent has to be enrolled again.`;
  if (options.yes !== true && !(await confirm(terminal, question, signal))) {
    throw new CommandError("nothing was changed", exitCodes.refused);
  }
  const request = { requestId: newRequestId(), hostId: host?.hostId ?? idOrName, reason: options.reason };
  const answer = await client.fleet.deleteHost(request);
  printMessage(terminal, format, DeleteHostResponseSchema, answer, () => `${name} is forgotten.`);
}
