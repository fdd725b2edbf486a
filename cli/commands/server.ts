import { onTermination } from "@phoenix/platform/lifecycle";
import { resolveServerConfig, serverSchema } from "@phoenix/server/config";
import { Command } from "commander";
import { withConfigOptions } from "./config-options.ts";
import { buildMissingConsole } from "./missing-console.ts";

/** `phoenix server`. */
export function serverCommand(): Command {
  const command = new Command("server").description(
    "run the services: all of them on an embedded PostgreSQL, or some of them with --services",
  );
  return withConfigOptions(command, serverSchema).action(async (options: Record<string, unknown>) => {
    const { config: file = process.env.PHOENIX_CONFIG || undefined, ...flags } = options as { config?: string };
    const config = resolveServerConfig({ flags, env: process.env, file });
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    onTermination(() => resolve());
    // Loaded when it is wanted: an agent on a host must not carry a server's code.
    const { runServer } = await import("@phoenix/server");
    buildMissingConsole();
    const server = await runServer(config, { firstAdministrator: tellFirstAdministrator });
    await asked;
    await server.stop();
  });
}

/** On standard output alone: logs go to standard error and to wherever that is kept. */
function tellFirstAdministrator({ name, password }: { name: string; password: string }): void {
  process.stdout.write(
    `\nNobody can log in here yet, so there is an administrator now. This is shown once:\n\n  name      ${name}\n  password  ${password}\n\n` +
      "Log in with `phoenix auth login` and choose another password with `phoenix auth passwd`.\n\n",
  );
}
