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
    const server = await runServer(config);
    await asked;
    await server.stop();
  });
}
