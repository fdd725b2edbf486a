import { create } from "@bufbuild/protobuf";
import { IdentitySchema } from "@phoenix/gen/phoenix/gateway/v1/auth_pb.ts";
import {
  ChangePasswordResponseSchema,
  GetMatrixResponseSchema,
  LogoutResponseSchema,
  WhoAmIResponseSchema,
} from "@phoenix/gen/phoenix/gateway/v1/auth_service_pb.ts";
import { formatTime } from "@phoenix/report/quantities";
import { Command } from "commander";
import { askLine, askSecret, readLines } from "../auth/ask.ts";
import { savedLogin } from "../auth/credential-source.ts";
import { describeGrants } from "../auth/grants.ts";
import { matrixTable } from "../auth/matrix-table.ts";
import { createPhoenixClient } from "../client/phoenix-client.ts";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { printMessage, type Terminal } from "../output/output.ts";
import { renderFacts } from "../output/table.ts";
import { contextOf, credentialsFile, serverOf, withServerOptions } from "./context.ts";

/** `phoenix auth ...`. */
export function authCommand(): Command {
  const command = new Command("auth").description("who you are to a server: login, logout, whoami, matrix, passwd");
  command.addCommand(
    withServerOptions(
      new Command("login")
        .description("log in; the login is kept for this server and renewed by itself")
        .option("--name <name>", "name of the user; asked for without it")
        .option("--password-stdin", "read the password from standard input")
        .option(
          "--insecure",
          "allow a server on another machine without TLS; the password crosses the network in clear",
        )
        .action(login),
    ),
  );
  command.addCommand(
    withServerOptions(new Command("logout").description("end the login at this server and forget it").action(logout)),
  );
  command.addCommand(
    withServerOptions(new Command("whoami").description("show who you are and what you may do").action(whoAmI)),
  );
  command.addCommand(
    withServerOptions(new Command("matrix").description("show what each call asks of its caller").action(matrix)),
  );
  command.addCommand(
    withServerOptions(
      new Command("passwd")
        .description("change your password; your other logins end")
        .option("--password-stdin", "read both from standard input: the present one, then the new one, a line each")
        .option("--insecure", "allow a server on another machine without TLS; the passwords cross the network in clear")
        .action(changePassword),
    ),
  );
  return command;
}

type LoginOptions = { name?: string; passwordStdin?: boolean; insecure?: boolean };

async function login(options: LoginOptions, command: Command): Promise<void> {
  const { client, format, terminal, signal } = contextOf(command);
  const server = serverOf(command);
  requireSafeWay(server, options.insecure);
  const { open, password: byPassword } = await client.auth.getLoginOptions({});
  if (open) {
    throw new CommandError(`${server} asks nobody to log in: everyone is an administrator there`, exitCodes.refused);
  }
  if (!byPassword) {
    throw new CommandError(`${server} has no logins with a password: use a token (PHOENIX_TOKEN)`, exitCodes.refused);
  }
  const name = options.name ?? (await askLine(terminal, "Name", "say --name", signal));
  const password =
    options.passwordStdin === true
      ? ((await readLines())[0] ?? "")
      : await askSecret(terminal, "Password", "say --password-stdin", signal);
  const answer = await client.auth.login({ name, password });
  await credentialsFile().update(server, async () => savedLogin(name, answer));
  const identity = answer.identity ?? create(IdentitySchema, { name });
  printMessage(terminal, format, IdentitySchema, identity, () => `logged in at ${server} as ${identity.name}`);
  if (identity.mustChangePassword) {
    terminal.err.write(
      "Someone else knows this password: change it with `phoenix auth passwd` before anything else.\n",
    );
  }
}

async function logout(_options: unknown, command: Command): Promise<void> {
  const { format, terminal } = contextOf(command);
  const server = serverOf(command);
  let name = "";
  await credentialsFile().update(server, async (saved) => {
    if (saved === undefined) throw new CommandError(`you are not logged in at ${server}`, exitCodes.refused);
    name = saved.name;
    // A call with the credential would wait for the file that is held here.
    await createPhoenixClient(server).auth.logout({ refreshToken: saved.refreshToken });
    return undefined;
  });
  printMessage(
    terminal,
    format,
    LogoutResponseSchema,
    create(LogoutResponseSchema),
    () => `${name} is logged out at ${server}`,
  );
}

async function whoAmI(_options: unknown, command: Command): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  const answer = await client.auth.whoAmI({});
  printMessage(terminal, format, WhoAmIResponseSchema, answer, () => {
    const { identity, methods } = answer;
    return renderFacts([
      ["Name", identity?.name ?? ""],
      ["Display name", identity?.displayName ?? ""],
      ["Id", identity?.userId ?? ""],
      ["Roles", describeGrants(identity?.grants ?? []) || "none"],
      ["Scopes", identity?.scopes.join(", ") ?? ""],
      ["Credential ends", identity?.expireTime === undefined ? "" : formatTime(identity.expireTime)],
      ["Login", identity?.open === true ? "not asked for here: everyone is an administrator" : ""],
      ["Password", identity?.mustChangePassword === true ? "must be changed: phoenix auth passwd" : ""],
      ["Calls", `${methods.length} allowed; -o json lists them`],
    ]);
  });
}

async function matrix(_options: unknown, command: Command): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  const answer = await client.auth.getMatrix({});
  printMessage(terminal, format, GetMatrixResponseSchema, answer, () => matrixTable(answer.rules));
}

async function changePassword(
  options: { passwordStdin?: boolean; insecure?: boolean },
  command: Command,
): Promise<void> {
  const { client, format, terminal, signal } = contextOf(command);
  requireSafeWay(serverOf(command), options.insecure);
  const [currentPassword, newPassword] =
    options.passwordStdin === true ? await readTwo() : await askTwo(terminal, signal);
  const answer = await client.auth.changePassword({ currentPassword, newPassword });
  printMessage(terminal, format, ChangePasswordResponseSchema, answer, () => "the password is changed");
}

async function readTwo(): Promise<[string, string]> {
  const [current = "", next = ""] = await readLines();
  if (next === "") {
    throw new CommandError("standard input has the present password and the new one, a line each", exitCodes.usage);
  }
  return [current, next];
}

async function askTwo(terminal: Terminal, signal: AbortSignal): Promise<[string, string]> {
  const without = "say --password-stdin";
  const current = await askSecret(terminal, "Present password", without, signal);
  const next = await askSecret(terminal, "New password, at least 12 characters", without, signal);
  if ((await askSecret(terminal, "The new password again", without, signal)) !== next) {
    throw new CommandError("the two new passwords are not the same; nothing was changed", exitCodes.usage);
  }
  return [current, next];
}

/** Refuses to send a password in clear to another machine. */
function requireSafeWay(server: string, insecure = false): void {
  const { protocol, hostname } = new URL(server);
  const local = hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
  if (protocol === "https:" || local || insecure) return;
  throw new CommandError(
    `the password would cross the network to ${server} in clear: use an https address, or say --insecure`,
    exitCodes.usage,
  );
}
