import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import {
  ListAuditEventsResponseSchema,
  VerifyAuditResponseSchema,
} from "@phoenix/gen/phoenix/gateway/v1/audit_service_pb.ts";
import { formatTime } from "@phoenix/report/quantities";
import { Command } from "commander";
import { allPages } from "../client/all-pages.ts";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { printMessage } from "../output/output.ts";
import { renderTable } from "../output/table.ts";
import { parseDurationMs } from "../scenario/values.ts";
import { contextOf, withServerOptions } from "./context.ts";

/** `phoenix audit ...`. */
export function auditCommand(): Command {
  const command = new Command("audit").description("who did what: list, verify");
  command.addCommand(
    withServerOptions(
      new Command("list")
        .description("list the audit, newest first; -o json has what was there before and after")
        .option("--actor <name>", "only what this person or service did", "")
        .option("--method <call>", "only this call, <package>.<Service>/<Method>", "")
        .option("--subject <id>", "only what concerns this", "")
        .option("--since <duration>", "only what is no older than this, 2h for instance")
        .option("--limit <number>", "at most this many", "50")
        .action(list),
    ),
  );
  command.addCommand(
    withServerOptions(
      new Command("verify")
        .description("check the chain of the audit from one end to the other; exit code 4 where it does not fit")
        .option("--known-hash <hash>", "a hash that an earlier check gave, kept elsewhere", "")
        .action(verify),
    ),
  );
  return command;
}

type ListOptions = { actor: string; method: string; subject: string; since?: string; limit: string };

async function list(options: ListOptions, command: Command): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  const { actor, method, subject } = options;
  const limit = Number(options.limit);
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new CommandError(`--limit takes a whole number from 1, not "${options.limit}"`, exitCodes.usage);
  }
  const startTime = options.since === undefined ? undefined : sinceOf(options.since);
  const pageSize = Math.min(limit, 500);
  const events = await allPages(async (pageToken) => {
    const filter = { actor, method, subject, pageSize, pageToken, ...(startTime === undefined ? {} : { startTime }) };
    const page = await client.audit.listAuditEvents(filter);
    return { items: page.events, nextPageToken: page.nextPageToken };
  }, limit);
  printMessage(terminal, format, ListAuditEventsResponseSchema, create(ListAuditEventsResponseSchema, { events }), () =>
    renderTable(
      ["number", "time", "who", "from", "what", "subject", "outcome", "reason"],
      events.map((event) => [
        String(event.sequence),
        formatTime(event.time),
        event.actor,
        event.source,
        event.method.split("/")[1] ?? event.method,
        event.subject,
        event.outcome,
        event.reason.split("\n")[0] ?? "",
      ]),
      "There are no entries.",
    ),
  );
}

async function verify(options: { knownHash: string }, command: Command): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  const answer = await client.audit.verifyAudit({ knownHash: options.knownHash });
  printMessage(terminal, format, VerifyAuditResponseSchema, answer, () =>
    answer.valid
      ? `${answer.entries} entries fit; the newest hash is ${answer.newestHash}`
      : `entry ${answer.brokenSequence} does not fit: ${answer.detail}`,
  );
  if (!answer.valid) process.exitCode = exitCodes.refused;
}

function sinceOf(text: string) {
  try {
    return timestampFromMs(Date.now() - parseDurationMs(text));
  } catch (error) {
    throw new CommandError(`--since: ${(error as Error).message}`, exitCodes.usage);
  }
}
