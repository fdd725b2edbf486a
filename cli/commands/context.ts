import type { Command } from "commander";
import { createCredentialSource } from "../auth/credential-source.ts";
import { type CredentialsFile, defaultCredentialsPath, openCredentialsFile } from "../auth/credentials-file.ts";
import { createPhoenixClient, defaultServer, type PhoenixClient } from "../client/phoenix-client.ts";
import { type OutputFormat, parseOutputFormat, type Terminal } from "../output/output.ts";

/** What every command that talks to a server has at hand. */
export type CommandContext = {
  client: PhoenixClient;
  format: OutputFormat;
  terminal: Terminal;
  /** Aborted by Ctrl-C. */
  signal: AbortSignal;
};

/** The terminal of this process. */
export const processTerminal: Terminal = { out: process.stdout, err: process.stderr };

/** Adds the options that every command which talks to a server takes. */
export function withServerOptions(command: Command): Command {
  return withConnectionOptions(command).option("-o, --output <format>", "table, json or yaml", "table");
}

/** Adds the options that say which server, to a command with an answer of its own kind. */
export function withConnectionOptions(command: Command): Command {
  return command
    .option("--server <url>", `address of the server (PHOENIX_SERVER; default ${defaultServer})`)
    .option("--timeout <seconds>", "longest time for one call", "30")
    .option("--token-file <path>", "file with a token to use instead of the login (PHOENIX_TOKEN: the token itself)");
}

/** The context for a command from its options, the environment and defaults, in this order. */
export function contextOf(command: Command): CommandContext {
  const { output } = command.optsWithGlobals<{ output?: string }>();
  return { ...connectionOf(command), format: parseOutputFormat(output ?? "table") };
}

/** The same for a command with an answer of its own kind. */
export function connectionOf(command: Command): Omit<CommandContext, "format"> {
  const options = command.optsWithGlobals<{ timeout?: string; tokenFile?: string }>();
  const { tokenFile } = options;
  const server = serverOf(command);
  const credentials = createCredentialSource({ server, file: credentialsFile(), tokenFile, env: process.env });
  const timeoutMs = Math.max(1, Number(options.timeout ?? 30) || 30) * 1000;
  return {
    client: createPhoenixClient(server, timeoutMs, credentials),
    terminal: processTerminal,
    signal: interruptSignal(),
  };
}

/** Address of the server that a command talks to. */
export function serverOf(command: Command): string {
  return command.optsWithGlobals<{ server?: string }>().server ?? process.env.PHOENIX_SERVER ?? defaultServer;
}

/** The logins of this user. */
export function credentialsFile(): CredentialsFile {
  return openCredentialsFile(defaultCredentialsPath(process.env));
}

let interrupt: AbortController | undefined;

/** One signal for the process, aborted by the first Ctrl-C; a second one ends the process at once. */
export function interruptSignal(): AbortSignal {
  if (interrupt === undefined) {
    const controller = new AbortController();
    interrupt = controller;
    process.once("SIGINT", () => {
      controller.abort(new Error("interrupted"));
      process.once("SIGINT", () => process.exit(130));
    });
  }
  return interrupt.signal;
}
