import {
  type GetRealisedSavingResponse,
  GetRealisedSavingResponseSchema,
} from "@phoenix/gen/phoenix/controller/v1/experiment_service_pb.ts";
import { formatInterval } from "@phoenix/report/quantities";
import type { Command } from "commander";
import { printMessage } from "../output/output.ts";
import { renderFacts } from "../output/table.ts";
import { contextOf } from "./context.ts";

/** `phoenix experiment realised`. */
export async function realised(experimentId: string, _options: unknown, command: Command): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  const answer = await client.experiments.getRealisedSaving({ experimentId });
  printMessage(terminal, format, GetRealisedSavingResponseSchema, answer, () => describeSaving(answer));
}

/** What a promotion saves against what was promised, for a terminal. */
export function describeSaving({ saving }: Pick<GetRealisedSavingResponse, "saving">): string {
  if (saving === undefined) return "Nothing is measured yet.";
  const facts = renderFacts([
    ["Realised", formatInterval(saving.realised)],
    ["Promised", formatInterval(saving.promised)],
    ["Blocks", String(saving.blocks)],
    ["Hosts", `${saving.promotedHosts} promoted, ${saving.heldBackHosts} held back, with data`],
  ]);
  return `${facts}\n\n${saving.detail}`;
}
