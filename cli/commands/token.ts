import { create } from "@bufbuild/protobuf";
import type { ApiToken } from "@phoenix/gen/phoenix/gateway/v1/auth_pb.ts";
import {
  CreateApiTokenResponseSchema,
  ListApiTokensResponseSchema,
  RevokeApiTokenResponseSchema,
} from "@phoenix/gen/phoenix/gateway/v1/auth_service_pb.ts";
import { formatAge, formatTime } from "@phoenix/report/quantities";
import { Command } from "commander";
import { describeGrants, parseGrant } from "../auth/grants.ts";
import { allPages } from "../client/all-pages.ts";
import { newRequestId } from "../client/request-id.ts";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { printMessage } from "../output/output.ts";
import { renderTable } from "../output/table.ts";
import { parseDurationMs } from "../scenario/values.ts";
import { contextOf, withServerOptions } from "./context.ts";
import { collect } from "./repeated-option.ts";

/** `phoenix token ...`. */
export function tokenCommand(): Command {
  const command = new Command("token").description("tokens for programs: list, create, revoke");
  command.addCommand(
    withServerOptions(
      new Command("list")
        .description("list your tokens, newest first")
        .option("--all", "those of everyone; for administrators")
        .action(list),
    ),
  );
  command.addCommand(
    withServerOptions(
      new Command("create")
        .description("make a token for a program; it is shown once")
        .argument("<name>")
        .option("--lifetime <duration>", "how long it lasts, at most 366d", "30d")
        .option("--grant <role>", "less than you may do, as for `user create`; may be repeated", collect, [])
        .option(
          "--scope <call>",
          "a call it may make, <package>.<Service>/<Method> or /*; may be repeated",
          collect,
          [],
        )
        .option("--service", "a token of a service, not of yours; for administrators")
        .action(add),
    ),
  );
  command.addCommand(
    withServerOptions(new Command("revoke").description("revoke a token").argument("<id>").action(revoke)),
  );
  return command;
}

async function list(options: { all?: boolean }, command: Command): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  const tokens = await allPages(async (pageToken) => {
    const page = await client.auth.listApiTokens({ pageToken, all: options.all === true });
    return { items: page.tokens, nextPageToken: page.nextPageToken };
  }, Number.POSITIVE_INFINITY);
  printMessage(terminal, format, ListApiTokensResponseSchema, create(ListApiTokensResponseSchema, { tokens }), () =>
    renderTable(
      ["name", "for", "roles", "scopes", "state", "last used", "id"],
      tokens.map((token) => [
        token.name,
        token.userId || "a service",
        describeGrants(token.grants),
        token.scopes.join(" ") || "all",
        stateOf(token),
        token.useTime === undefined ? "never" : formatAge(token.useTime),
        token.tokenId,
      ]),
      "There are no tokens.",
    ),
  );
}

type AddOptions = { lifetime: string; grant: string[]; scope: string[]; service?: boolean };

async function add(name: string, options: AddOptions, command: Command): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  let lifetimeMs: number;
  try {
    lifetimeMs = parseDurationMs(options.lifetime);
  } catch (error) {
    throw new CommandError(`--lifetime: ${(error as Error).message}`, exitCodes.usage);
  }
  const answer = await client.auth.createApiToken({
    requestId: newRequestId(),
    name,
    grants: options.grant.map(parseGrant),
    scopes: options.scope,
    lifetime: { seconds: BigInt(Math.round(lifetimeMs / 1000)) },
    service: options.service === true,
  });
  printMessage(terminal, format, CreateApiTokenResponseSchema, answer, () => answer.secret);
  if (format === "table") {
    const { tokenId = "", expireTime } = answer.token ?? {};
    terminal.err.write(`${tokenId}, valid until ${formatTime(expireTime)}: PHOENIX_TOKEN=<token> phoenix ...\n`);
  }
}

async function revoke(tokenId: string, _options: unknown, command: Command): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  const answer = await client.auth.revokeApiToken({ requestId: newRequestId(), tokenId });
  printMessage(terminal, format, RevokeApiTokenResponseSchema, answer, () => `${tokenId} is revoked`);
}

function stateOf({ revoked, expireTime }: ApiToken): string {
  if (revoked) return "revoked";
  const over = expireTime !== undefined && Number(expireTime.seconds) * 1000 <= Date.now();
  return `${over ? "over since" : "until"} ${formatTime(expireTime)}`;
}
