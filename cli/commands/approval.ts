import { create } from "@bufbuild/protobuf";
import type { Approval } from "@phoenix/gen/phoenix/gateway/v1/auth_pb.ts";
import {
  DecideApprovalResponseSchema,
  ListApprovalsResponseSchema,
} from "@phoenix/gen/phoenix/gateway/v1/auth_service_pb.ts";
import { formatAge } from "@phoenix/report/quantities";
import { Command } from "commander";
import { allPages } from "../client/all-pages.ts";
import { newRequestId } from "../client/request-id.ts";
import { printMessage } from "../output/output.ts";
import { renderTable } from "../output/table.ts";
import { contextOf, withServerOptions } from "./context.ts";

/** `phoenix approval ...`. */
export function approvalCommand(): Command {
  const command = new Command("approval").description("what waits for a second person: list, approve, refuse");
  command.addCommand(
    withServerOptions(
      new Command("list")
        .description("list what waits for a second person, newest first")
        .option("--decided", "those decided, too")
        .action(list),
    ),
  );
  for (const [name, description] of [
    ["approve", "approve what another person asked for; it is done at once"],
    ["refuse", "refuse what another person asked for"],
  ] as const) {
    command.addCommand(
      withServerOptions(
        new Command(name)
          .description(description)
          .argument("<id>")
          .option("--reason <text>", "why, for the record", "")
          .action((id: string, options: { reason: string }, own: Command) => decide(name, id, options.reason, own)),
      ),
    );
  }
  return command;
}

async function list(options: { decided?: boolean }, command: Command): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  const approvals = await allPages(async (pageToken) => {
    const page = await client.auth.listApprovals({ pageToken, decided: options.decided === true });
    return { items: page.approvals, nextPageToken: page.nextPageToken };
  }, Number.POSITIVE_INFINITY);
  printMessage(terminal, format, ListApprovalsResponseSchema, create(ListApprovalsResponseSchema, { approvals }), () =>
    renderTable(
      ["id", "what", "who asks", "reason", "age", "decision"],
      approvals.map((approval) => [
        approval.approvalId,
        approval.summary,
        approval.requester,
        approval.reason,
        formatAge(approval.createTime),
        decisionOf(approval),
      ]),
      "Nothing waits.",
    ),
  );
}

async function decide(verb: "approve" | "refuse", approvalId: string, reason: string, command: Command): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  const approve = verb === "approve";
  const answer = await client.auth.decideApproval({ requestId: newRequestId(), approvalId, approve, reason });
  printMessage(terminal, format, DecideApprovalResponseSchema, answer, () =>
    answer.approval === undefined ? "" : `${answer.approval.summary}: ${decisionOf(answer.approval)}`,
  );
}

function decisionOf({ approved, refused, decider, result }: Approval): string {
  if (refused) return `refused by ${decider}`;
  return approved ? `approved by ${decider}: ${result || "under way"}` : "waits";
}
