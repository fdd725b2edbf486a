import type { Command } from "commander";
import { printEvents } from "../experiment/print-events.ts";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { contextOf } from "./context.ts";

/** `phoenix experiment events`. */
export async function events(
  experimentId: string,
  options: { after: string; follow?: boolean },
  command: Command,
): Promise<void> {
  // Eighteen digits always fit the contract's 64 bits.
  if (!/^\d{1,18}$/.test(options.after)) {
    throw new CommandError(`--after takes the number of an event, not "${options.after}"`, exitCodes.usage);
  }
  await printEvents(contextOf(command), {
    experimentId,
    afterSequence: BigInt(options.after),
    follow: options.follow ?? false,
  });
}
