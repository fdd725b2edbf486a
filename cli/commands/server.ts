import { Command } from "commander";
import { onTermination } from "@phoenix/platform/lifecycle";
import { serverSchema } from "@phoenix/server";
import { withConfigOptions } from "./config-options.ts";

/** `phoenix server`. */
export function serverCommand(): Command {
  const command = new Command("server").description(
    "run the services: all of them on an embedded PostgreSQL, or some of them with --services",
  );
  return withConfigOptions(command, serverSchema).action(async (options: Record<string, unknown>) => {
    const { resolveServerConfig, runServer } = await import("@phoenix/server");
    const { config: file = process.env["PHOENIX_CONFIG"] || undefined, ...flags } = options as { config?: string };
    const stopping = new AbortController();
    onTermination(() => stopping.abort());
    const server = await runServer(resolveServerConfig({ flags, env: process.env, file }), stopping.signal);
    await server.done;
  });
}
