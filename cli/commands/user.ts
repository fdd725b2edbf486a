import { create } from "@bufbuild/protobuf";
import type { User } from "@phoenix/gen/phoenix/gateway/v1/auth_pb.ts";
import {
  CreateUserResponseSchema,
  DeleteUserResponseSchema,
  ListUsersResponseSchema,
  UpdateUserResponseSchema,
} from "@phoenix/gen/phoenix/gateway/v1/auth_service_pb.ts";
import { formatAge } from "@phoenix/report/quantities";
import { Command } from "commander";
import { askSecret, readLines } from "../auth/ask.ts";
import { describeGrants, parseGrant } from "../auth/grants.ts";
import { allPages } from "../client/all-pages.ts";
import type { PhoenixClient } from "../client/phoenix-client.ts";
import { newRequestId } from "../client/request-id.ts";
import { CommandError } from "../output/command-error.ts";
import { confirm } from "../output/confirm.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { printMessage } from "../output/output.ts";
import { renderTable } from "../output/table.ts";
import { contextOf, withServerOptions } from "./context.ts";
import { collect } from "./repeated-option.ts";

const grantOption = [
  "--grant <role>",
  "viewer, operator, approver or admin; operator:env=prod counts on hosts with that label; may be repeated",
] as const;

/** `phoenix user ...`. */
export function userCommand(): Command {
  const command = new Command("user").description("who may log in: list, create, update, delete");
  command.addCommand(withServerOptions(new Command("list").description("list the users").action(list)));
  command.addCommand(
    withServerOptions(
      new Command("create")
        .description("add a user; a password is made up and shown once, unless one is given")
        .argument("<name>")
        .option("--display-name <text>", "name for people", "")
        .option(...grantOption, collect, [])
        .option("--password-stdin", "read the first password from standard input")
        .action(add),
    ),
  );
  command.addCommand(
    withServerOptions(
      new Command("update")
        .description("change a user; sessions end where something is taken away")
        .argument("<name-or-id>")
        .option("--display-name <text>", "another name for people")
        .option(...grantOption, collect, [])
        .option("--no-grants", "take all roles away")
        .option("--disable", "let the user log in no more")
        .option("--enable", "let the user log in again")
        .option("--password", "ask for another password, to be changed at the next login")
        .option("--password-stdin", "the same, read from standard input")
        .action(update),
    ),
  );
  command.addCommand(
    withServerOptions(
      new Command("delete")
        .description("delete a user with sessions and tokens; asks first")
        .argument("<name-or-id>")
        .option("-y, --yes", "do not ask")
        .action(remove),
    ),
  );
  return command;
}

async function list(_options: unknown, command: Command): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  const users = await readUsers(client);
  printMessage(terminal, format, ListUsersResponseSchema, create(ListUsersResponseSchema, { users }), () =>
    renderTable(
      ["name", "display name", "roles", "state", "last login", "id"],
      users.map((user) => [
        user.name,
        user.displayName,
        describeGrants(user.grants),
        stateOf(user),
        user.loginTime === undefined ? "never" : formatAge(user.loginTime),
        user.userId,
      ]),
      "There are no users.",
    ),
  );
}

type AddOptions = { displayName: string; grant: string[]; passwordStdin?: boolean };

async function add(name: string, options: AddOptions, command: Command): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  const answer = await client.auth.createUser({
    requestId: newRequestId(),
    name,
    displayName: options.displayName,
    password: options.passwordStdin === true ? ((await readLines())[0] ?? "") : "",
    grants: options.grant.map(parseGrant),
  });
  printMessage(terminal, format, CreateUserResponseSchema, answer, () =>
    answer.password === "" ? `${name} was added` : answer.password,
  );
  if (format === "table" && answer.password !== "") {
    terminal.err.write(`${name} was added; this password is shown once and must be changed at the first login\n`);
  }
}

type UpdateOptions = {
  displayName?: string;
  grant: string[];
  grants: boolean;
  disable?: boolean;
  enable?: boolean;
  password?: boolean;
  passwordStdin?: boolean;
};

async function update(nameOrId: string, options: UpdateOptions, command: Command): Promise<void> {
  const { client, format, terminal, signal } = contextOf(command);
  if (options.disable === true && options.enable === true) {
    throw new CommandError("--disable and --enable are not both possible", exitCodes.usage);
  }
  const paths = [
    ...(options.displayName === undefined ? [] : ["display_name"]),
    ...(options.grant.length === 0 && options.grants ? [] : ["grants"]),
    ...(options.disable === true || options.enable === true ? ["disabled"] : []),
    ...(options.password === true || options.passwordStdin === true ? ["password"] : []),
  ];
  if (paths.length === 0) throw new CommandError("say what to change; --help has the options", exitCodes.usage);
  const grants = options.grants ? options.grant.map(parseGrant) : [];
  const { userId } = await findUser(client, nameOrId);
  let password = "";
  if (options.passwordStdin === true) password = (await readLines())[0] ?? "";
  else if (options.password === true) {
    password = await askSecret(terminal, `New password of ${nameOrId}`, "say --password-stdin", signal);
  }
  const answer = await client.auth.updateUser({
    ...{ requestId: newRequestId(), userId, grants, password },
    displayName: options.displayName ?? "",
    disabled: options.disable === true,
    updateMask: { paths },
  });
  printMessage(terminal, format, UpdateUserResponseSchema, answer, () => {
    const { user } = answer;
    return user === undefined ? "" : `${user.name}: ${describeGrants(user.grants) || "no roles"}, ${stateOf(user)}`;
  });
}

async function remove(nameOrId: string, options: { yes?: boolean }, command: Command): Promise<void> {
  const { client, format, terminal, signal } = contextOf(command);
  const { userId, name } = await findUser(client, nameOrId);
  if (options.yes !== true && !(await confirm(terminal, `Delete ${name} with sessions and tokens?`, signal))) {
    terminal.err.write("nothing was deleted\n");
    return;
  }
  const answer = await client.auth.deleteUser({ requestId: newRequestId(), userId });
  printMessage(terminal, format, DeleteUserResponseSchema, answer, () => `${name} is deleted`);
}

function readUsers(client: PhoenixClient): Promise<User[]> {
  return allPages(async (pageToken) => {
    const page = await client.auth.listUsers({ pageToken });
    return { items: page.users, nextPageToken: page.nextPageToken };
  }, Number.POSITIVE_INFINITY);
}

async function findUser(client: PhoenixClient, nameOrId: string): Promise<User> {
  const user = (await readUsers(client)).find(
    ({ name, userId }) => userId === nameOrId || name.toLowerCase() === nameOrId.toLowerCase(),
  );
  if (user !== undefined) return user;
  throw new CommandError(`there is no user ${nameOrId}: \`phoenix user list\` shows them`, exitCodes.notFound);
}

function stateOf({ disabled, external, mustChangePassword }: User): string {
  if (disabled) return "disabled";
  if (mustChangePassword) return "must change password";
  return external ? "external" : "active";
}
